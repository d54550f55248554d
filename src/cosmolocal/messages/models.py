"""What was written to whom, whether it went out, and who wants to be told what, and how."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cosmolocal.agents.columns import titled
from cosmolocal.agents.models import Agent
from cosmolocal.kernel.ahead import near
from cosmolocal.kernel.columns import LineField
from cosmolocal.messages import rules


@titled(_("Letters"))
@near("next_at", rules.PAUSES[-1])
class Letter(models.Model):
    """One mail to one agent, or to somebody who is none (`name`). Personal and erasable; never part of the books.

    `since`: when it began to wait, or was sent. While it waits, `next_at` is when it is tried next, `tries` how often
    it was; `daily`: it goes with the daily mail. `to_note`: the server has answered, and `messages.mark` has still to
    tell those who rely on the letter.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        DIGEST = "digest", _("waits for the daily mail")
        SENT = "sent", _("sent")
        TOLD = "told", _("told in person")
        NO_ADDRESS = "no_address", _("no mail address: tell them in person")
        NO_MAIL = "no_mail", _("this local sends no mail: tell them in person")
        OFF = "off", _("not wanted")
        FAILED = "failed", _("could not be sent")

    STUCK = (State.FAILED, State.NO_ADDRESS, State.NO_MAIL)

    to = models.ForeignKey(Agent, models.CASCADE, null=True, related_name="letters")
    name = LineField(max_length=160, blank=True)
    address = models.EmailField(blank=True)
    event = models.CharField(max_length=40)
    subject = LineField(max_length=200)
    text = models.TextField()
    url = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    said = models.TextField(blank=True)  # the mail server's own words
    written_at = models.DateTimeField()
    since = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    daily = models.BooleanField(default=False)
    to_note = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["state", "id"], name="letter_by_state"),
            models.Index(fields=["event", "written_at"], name="letter_by_event"),
            models.Index(fields=["next_at"], name="letter_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["id"], name="letter_to_note", condition=Q(to_note=True)),
        ]

    @property
    def holds_code(self) -> bool:
        """Whether its text is nobody's but the reader's, and ended with the code: see `Secret`."""
        return self.event == rules.CODE

    @property
    def reader_name(self) -> str:
        """Whose it is, in words."""
        return self.to.name if self.to else self.name


@near("next_at", max(rules.CODE_CLAIMED_FOR, rules.CODE_PAUSES[-1]))
@near("until", rules.CODE_AT_MOST, goes=True)
class Secret(models.Model):
    """What a mail with a code says, encrypted, `until` the code ends; no backup holds it. One is written for whatever
    address was typed in: the worker gives it its `letter`, or throws it away where nobody here has that address.
    """

    letter = models.OneToOneField(Letter, models.CASCADE, null=True, related_name="secret")
    words = models.BinaryField()
    until = models.DateTimeField()
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)


@titled(_("Files sent with letters"))
class Enclosure(models.Model):
    """A file that goes with a letter."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="enclosures")
    name = LineField(max_length=120)
    content_type = models.CharField(max_length=80)
    data = models.BinaryField()


@titled(_("Which letters you want"))
class Preference(models.Model):
    """How an agent wants to be told of one kind of event; no row: the event's default."""

    class How(models.TextChoices):
        NOW = "now", _("at once")
        DIGEST = "digest", _("once a day")
        OFF = "off", _("not at all")

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="preferences")
    event = models.CharField(max_length=40)
    how = models.CharField(max_length=6, choices=How.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "event"], name="one_preference_each")]


@near("next_try_at", rules.SERVER_PAUSES[-1])
class Outlet(models.Model):
    """How mail leaves this node; at most one row. `down_since`: the mail server takes nothing, with its own words;
    `held_since`: nothing goes out until a steward says so; `daily_on`: the day whose daily mail was begun.
    """

    down_since = models.DateTimeField(null=True)
    said = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    held_since = models.DateTimeField(null=True)
    daily_on = models.DateField(null=True)
