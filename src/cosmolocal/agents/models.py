"""Who takes part: people, households, circles, organisations, the local itself; where; since when; in which role."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Self

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.columns import titled
from cosmolocal.kernel import ids
from cosmolocal.kernel.ahead import near
from cosmolocal.kernel.columns import JsonField, LineField
from cosmolocal.kernel.evidence import kept, sealed
from cosmolocal.kernel.models import Operation
from cosmolocal.kernel.practices import switched_on, tasks_brought


def in_force(on: date | Value, prefix: str = "") -> Q:
    """What is dated and holds on that day: begun, and not ended before it (`until` is the last day)."""
    begun, open_ended, not_over = f"{prefix}since__lte", f"{prefix}until", f"{prefix}until__gte"
    return Q(**{begun: on}) & (Q(**{open_ended: None}) | Q(**{not_over: on}))


@sealed("name", "address", "is_handover", "is_private", when="{row}.is_handover")
class Place(models.Model):
    """Somewhere on the map: a farm, a village, a hand-over, a home."""

    name = LineField(max_length=120)
    address = models.CharField(max_length=240, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    is_handover = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class AgentQuerySet(models.QuerySet["Agent"]):
    def present(self) -> Self:
        """Those who have not left."""
        return self.filter(hidden_at=None)

    def public(self) -> Self:
        """What a stranger may read about."""
        return self.present().filter(Q(is_public=True) | Q(is_home=True))

    def in_group(self, group: "Agent", on: date) -> Self:
        """Members of `group` on that day."""
        standing = Membership.objects.filter(in_force(on), group=group)
        return self.filter(pk__in=standing.values("member"))


@sealed("kind", "is_home", "is_producer", "group", "is_public", "hidden_at", personal=("name", "code"))
class Agent(models.Model):
    """Anybody or anything that can hold, promise or receive. Exactly one `local` has `is_home`."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        HOUSEHOLD = "household", _("household")
        CIRCLE = "circle", _("circle")
        ORGANISATION = "organisation", _("organisation")
        LOCAL = "local", _("local")
        SYSTEM = "system", _("the node itself")
        WALK_IN = "walk_in", _("walk-in customers")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = LineField(max_length=120)
    is_home = models.BooleanField(default=False)
    is_producer = models.BooleanField(default=False)
    group = models.CharField(max_length=40, blank=True)  # customer group: "", "restaurant", ...
    code = LineField(max_length=40, blank=True)  # the number on paper and in imports; unique where given
    about = models.TextField(blank=True)
    place = models.ForeignKey(Place, models.SET_NULL, null=True, blank=True, related_name="agents")
    picture_id = models.BigIntegerField(null=True, blank=True)
    language = models.CharField(max_length=12, blank=True)
    is_public = models.BooleanField(default=False)  # name and about readable to strangers
    created_at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True)  # left: hidden at once
    anonymised_at = models.DateTimeField(null=True, blank=True)

    objects = AgentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="system"), name="one_system"),
            models.UniqueConstraint(fields=["is_home"], condition=Q(is_home=True), name="one_home_local"),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="agent_code_once"),
        ]
        indexes = [models.Index(fields=["name"], condition=Q(kind="household"), name="households_by_name")]

    def __str__(self) -> str:
        return self.name


@titled(_("How to reach you"))
@sealed("agent", "shown_to_members", personal=("iban", "bank_name", "email"), later=("number_deed",))
class Contact(models.Model):
    """How an agent is reached: personal, erasable, never copied into events."""

    agent = models.OneToOneField(Agent, models.CASCADE, related_name="contact")
    email = models.EmailField(blank=True)
    phone = LineField(max_length=40, blank=True)
    address = models.CharField(max_length=240, blank=True)
    iban = LineField(max_length=42, blank=True)  # or a bank account as written on the payout list
    bank_name = LineField(max_length=120, blank=True)
    # What wrote the bank account that stands here: who did it is not the one who says that it is right.
    number_deed = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="+", db_index=False)
    note = models.TextField(blank=True)
    shown_to_members = models.BooleanField(default=False)  # other members may see name, mail and phone
    is_minor = models.BooleanField(default=False)


@titled(_("Leaving"))
class Leaving(models.Model):
    """Somebody left: hidden since `at`, and anonymised on `anonymise_on`, when the last duty to keep ends."""

    agent = models.OneToOneField(Agent, models.PROTECT, related_name="leaving")
    at = models.DateTimeField()
    anonymise_on = models.DateField()


@titled(_("Households and groups you belong to"))
@kept(free=("until",))
@sealed("member", "group", "since", "until")
class Membership(models.Model):
    """`member` belongs to `group` (a household, circle, organisation or the local) from `since` until `until`."""

    member = models.ForeignKey(Agent, models.PROTECT, related_name="memberships")
    group = models.ForeignKey(Agent, models.PROTECT, related_name="members")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)  # the last day; null: open

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "group"], condition=Q(until=None), name="one_open_membership")
        ]


@titled(_("Tasks"))
@kept(free=("until",))
@sealed("agent", "name", "scope", "place", "since", "until")
class Role(models.Model):
    """What a person may do, dated. `scope`: whose goods, of a producer; `place`: the only one it is for."""

    class Name(models.TextChoices):
        STEWARD = "steward", _("steward")
        TREASURER = "treasurer", _("treasurer")
        AUDITOR = "auditor", _("auditor")
        PRODUCER = "producer", _("producer")
        PACKER = "packer", _("packer")
        DRIVER = "driver", _("driver")
        KEEPER = "keeper", _("hand-over keeper")
        MEMBER = "member", _("member")
        GUEST = "guest", _("guest")

    AT_PLACES = (Name.PACKER, Name.DRIVER, Name.KEEPER)  # may be for one place only

    agent = models.ForeignKey(Agent, models.PROTECT, related_name="roles")
    name = models.CharField(max_length=12, choices=Name.choices)
    scope = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="scoped_roles")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Each task by its name, as lists show them: those of the house, then those that practices bring."""
        brought = {task.name: str(task.label) for task in tasks_brought().values()}
        return {name: str(label) for name, label in cls.Name.choices} | brought

    @classmethod
    def offered(cls) -> dict[str, str]:
        """The tasks that may be given: without those of practices that are off."""
        brought = {task.name for practice in switched_on() for task in practice.tasks}
        return {name: label for name, label in cls.labels().items() if name in cls.Name or name in brought}

    @classmethod
    def at_places(cls) -> frozenset[str]:
        """The tasks that may be for one place only."""
        return frozenset(cls.AT_PLACES) | {task.name for task in tasks_brought().values() if task.at_places}

    @property
    def label(self) -> str:
        """What the task is called."""
        return self.labels().get(self.name, self.name)


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> models.QuerySet["User"]:
        """With the person, since every page asks who reads."""
        return super().get_queryset().select_related("agent")

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """Users sign in by passkey or code; a password is never set."""
        user = self.model(email=self.normalize_email(email) if email else None, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


@sealed("agent", "is_active", "password", "session_salt", "lent_until", personal=("email",))
class User(AbstractBaseUser):
    """Somebody who can sign in; the person is the agent."""

    agent = models.OneToOneField(Agent, models.PROTECT, null=True, related_name="user")
    email = models.EmailField(unique=True, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    session_salt = models.CharField(max_length=24, blank=True)  # another one ends every session
    lent_until = models.DateTimeField(null=True, blank=True)  # a way in was made by somebody else: `agents.sessions`
    pinned = JsonField(most=400, null=True, blank=True)  # what she wants in the bar of every page: names of addresses

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.agent.name if self.agent else str(_("somebody"))

    def get_session_auth_hash(self) -> str:
        """What a session has to know to stay open."""
        plain: str = super().get_session_auth_hash()
        return ids.digest(plain + self.session_salt) if self.session_salt else plain

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the node's older keys."""
        for plain in super().get_session_auth_fallback_hash():
            yield ids.digest(plain + self.session_salt) if self.session_salt else plain


# A passkey opens the door as surely as her mail; when it was last used is written at each door, by no deed.
kept(free=("data", "last_used_at"), may_go=True)(Authenticator)
sealed("user", "type", "data", "created_at")(Authenticator)


@titled(_("Invitations"))
@kept(free=("uses_left",), may_go=True)
@sealed("digest", "made_by", "household", "role", "uses_left", "expires_at")
class Invitation(models.Model):
    """A link (and QR) that lets somebody join; only the token's digest is kept."""

    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    household = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="invitations")
    role = models.CharField(max_length=12, default=Role.Name.MEMBER)
    uses_left = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()


@titled(_("Requests to join"))
class JoinRequest(models.Model):
    """A stranger asks to join; a steward answers."""

    name = LineField(max_length=120)
    email = models.EmailField(blank=True)
    phone = LineField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")  # waiting, welcomed, declined
    agent = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=240, blank=True)


@titled(_("Codes to sign in"))
@kept(free=("expires_at", "used_at"), may_go=True)
@sealed("agent", "digest", "made_by", "made_at", "expires_at", "used_at")
class SignInCode(models.Model):
    """A one-time code a steward shows or prints for somebody without mail."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="sign_in_codes")
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


@near("at", goes=True)
class Try(models.Model):
    """Somebody sent a form whose number is limited: `sender` is a person or the digest of an address."""

    name = models.CharField(max_length=20)
    sender = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["name", "sender", "at"], name="tries_of_one")]


@titled(_("Who helps whom"))
@kept(free=("consent", "until"))
@sealed("helper", "member", "since", "until")
class Helping(models.Model):
    """`helper` acts for `member`, with her noted consent; every deed done so carries both names."""

    helper = models.ForeignKey(Agent, models.PROTECT, related_name="helps")
    member = models.ForeignKey(Agent, models.PROTECT, related_name="helped_by")
    consent = models.CharField(max_length=240)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)


@kept(free=("state",), check="OLD.state IN ('open', NEW.state)")
@sealed("kind", "subject_id", "circle", "role", "needed", "asked_by", "asked_at", "state")
class Approval(models.Model):
    """ "n of a circle say yes" to something named by `kind` and `subject_id`; `excluded` may never vote on it."""

    kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    circle = models.ForeignKey(Agent, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=12, blank=True)  # or holders of a role instead of a circle
    needed = models.PositiveSmallIntegerField(default=2)
    excluded = models.ManyToManyField(Agent, related_name="+")
    asked_by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")  # open, granted, refused

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="approval_once")]


# Who may never vote on it is written with it, and decides who may agree to a payment.
sealed("approval", "agent")(kept()(Approval.excluded.through))


@kept(free=("yes", "reason", "at"))
@sealed("approval", "by", "yes", "at")
class Vote(models.Model):
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="votes")
    by = models.ForeignKey(Agent, models.PROTECT, related_name="+")
    yes = models.BooleanField()
    reason = models.CharField(max_length=240, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["approval", "by"], name="one_vote_each")]


class Holiday(models.Model):
    """A day on which the community does not meet, out of an imported calendar."""

    day = models.DateField(unique=True)
    name = LineField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.name or self.day.isoformat()
