"""Jobs and timers of the house: accounts of those who join, letters to those who look after things, forgetting."""

from collections.abc import Callable
from datetime import timedelta

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.languages import speaking_to
from cosmolocal.agents.models import Agent, JoinRequest, SignInCode
from cosmolocal.agents.policy import STEWARD, TREASURER
from cosmolocal.kernel import clock, errands, jobs, node
from cosmolocal.kernel.practices import Timer
from cosmolocal.look.dates import format_daytime
from cosmolocal.messages import operations as messages
from cosmolocal.messages.operations import Writing
from cosmolocal.money import queries as money_queries
from cosmolocal.paper import downloads
from cosmolocal.website import deeds, operations, sample
from cosmolocal.website import my_data as files
from cosmolocal.website.forms import DeedsForm


def _reads_deeds(by_id: int, *_asked: str) -> bool:
    return any(agents_policy.may_enter(reader, "auditor_reads") for reader in agents_queries.readers(by_id))


@errands.errand("website.deeds_file", may_read=_reads_deeds)
def deeds_file(by_id: int, asked: str, kind: str) -> errands.Outcome:
    """A long list of who did what as a file; `asked` is the query of the page that showed it to who asks."""
    table = deeds.table(deeds.found(DeedsForm(QueryDict(asked)).search()))
    name = f"{_('Who did what')}.{kind}"
    data = downloads.table_bytes([table], _("Who did what"), kind)
    return errands.Outcome(name, data=data, name=name, content_type=downloads.TYPES[kind])


def _is_here(by_id: int) -> bool:
    return any(True for _reader in agents_queries.readers(by_id))


@errands.errand("website.my_data", may_read=_is_here)
def my_data(by_id: int) -> errands.Outcome:
    """Everything the local knows about who asks, and her household."""
    me = Agent.objects.get(pk=by_id)
    name = f"my-data-{clock.today():%Y-%m-%d}.zip"
    data = files.collect(me, agents_queries.household_of(me))
    return errands.Outcome(name, data=data, name=name, content_type="application/zip")


@jobs.job("website.open_accounts")
def open_accounts(agent_id: int) -> None:
    """A household or organisation has joined."""
    agent = Agent.objects.get(pk=agent_id)
    operations.open_accounts(by=agents_queries.system(), agent=agent, key=jobs.key())


@jobs.job("website.sample_data")
def sample_data() -> None:
    """The steward who set up this local wants a few samples."""
    sample.make(by=agents_queries.system())


@jobs.job("website.tell_of_request")
def tell_of_request(request_id: int) -> None:
    """Somebody asks to join: stewards get a letter."""
    asked = JoinRequest.objects.filter(pk=request_id, state="waiting").first()
    if asked is None:
        return

    def words() -> tuple[str, str]:
        subject = _("%(name)s asks to join") % {"name": asked.name}
        return subject, asked.words or subject

    _tell(STEWARD, "join", words, reverse("agents:requests"))


@jobs.job("website.answer_request")
def answer_request(request_id: int) -> None:
    """Who asked to join reads the answer by mail; a welcome without one stands on the list to tell in person."""
    asked = JoinRequest.objects.filter(pk=request_id).exclude(state="waiting").first()
    if asked is None:
        return
    local = node.current()
    if asked.agent:
        _welcome(asked.agent, asked, local.name)
    elif asked.email:
        _decline(asked, local.name)


@jobs.job("website.tell_of_code")
def tell_of_code(code_id: int) -> None:
    """Somebody made a code by which one signs in as her: she reads by whom."""
    made = SignInCode.objects.select_related("agent", "made_by").filter(pk=code_id).first()
    if made is None:
        return
    with speaking_to(made.agent):
        who = _("Whoever runs this node") if made.made_by.kind == Agent.Kind.SYSTEM else made.made_by.name
        subject = _("A code to sign in as you")
        text = _("%(name)s made a code by which one signs in as you, on %(when)s.") % {
            "name": who,
            "when": format_daytime(made.made_at or made.expires_at),
        }
        text += " " + _(
            "If you did not ask for it, open this page and press “Sign out everywhere”, and tell the others."
        )
        writing = Writing(to_id=made.agent_id, event="sign_in", subject=subject, text=text, url=reverse("me"))
        messages.send(by=agents_queries.system(), writings=[writing], key=jobs.key())


@jobs.job("website.tell_of_passkey")
def tell_of_passkey(agent_id: int) -> None:
    """A passkey was added: she reads so, since it may not have been she who added it."""
    her = Agent.objects.get(pk=agent_id)
    if her.hidden_at is not None:
        return
    with speaking_to(her):
        subject = _("There is one more way to sign in as you")
        text = _(
            "Somebody who was signed in as you added a passkey: a phone or computer by which one signs in as you. "
            "If that was not you, open this page and press “Sign out everywhere”, and tell the others."
        )
        writing = Writing(to_id=her.pk, event="sign_in", subject=subject, text=text, url=reverse("me"))
        messages.send(by=agents_queries.system(), writings=[writing], key=jobs.key())


@jobs.job("website.tell_of_moved_mail")
def tell_of_moved_mail(agent_id: int, old: str, by_id: int) -> None:
    """The address by which she signed in until now reads who changed it."""
    her, by = Agent.objects.get(pk=agent_id), Agent.objects.get(pk=by_id)
    if her.hidden_at is not None:
        return
    with speaking_to(her):
        local = node.current().name
        subject = _("You sign in with another mail address now")
        text = _(
            "%(name)s changed the mail address by which %(her)s signs in to %(local)s. This one no longer opens "
            "the door. If that is not what you wanted, please tell the others."
        ) % {"name": by.name, "her": her.name, "local": local}
        writing = Writing(to_id=None, event="sign_in", subject=subject, text=text, name=her.name, address=old)
        messages.send(by=agents_queries.system(), writings=[writing], key=jobs.key())


@jobs.job("website.tell_of_newcomer")
def tell_of_newcomer(household_id: int, person_id: int, by_id: int) -> None:
    """Somebody belongs to a household now, and reads its orders and statements: the others of it read who put her
    there, since none of them may have been asked.
    """
    household, person = Agent.objects.get(pk=household_id), Agent.objects.get(pk=person_id)
    by = Agent.objects.get(pk=by_id)
    before = clock.now() - timedelta(days=1)  # who came with her, by one file or one steward, need not be told
    here = agents_queries.members_of(household).filter(created_at__lt=before)
    others = list(here.exclude(pk__in=(person_id, by_id)).order_by("pk"))
    writings = []
    for other in others if not agents_policy.is_house(by) else ():
        with speaking_to(other):
            words = {"name": person.name, "household": household.name, "by": by.name}
            subject = _("%(name)s belongs to %(household)s now") % words
            text = _(
                "%(by)s wrote that %(name)s belongs to %(household)s: she orders for it, and reads its orders and "
                "statements of before too. If that is not right, please tell a steward."
            )
            writings.append(
                Writing(to_id=other.pk, event="join", subject=subject, text=text % words, url=reverse("me"))
            )
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


@jobs.job("website.tell_of_claimed_mail")
def tell_of_claimed_mail(agent_id: int, address: str) -> None:
    """Somebody wrote this mail address as hers: if another signs in with it, or did before leaving, that mailbox reads
    so. Who left is brought back by a steward, who reads who came.
    """
    her, owner = Agent.objects.get(pk=agent_id), agents_queries.who_signs_in_with(address)
    if owner is None or owner.pk == agent_id or her.hidden_at is not None:
        return
    with speaking_to(owner):
        facts = {"name": her.name, "local": node.current().name}
        text = _(
            "Somebody who is signed in to %(local)s as %(name)s wrote that this mail address is hers or his. It was "
            "not given to %(name)s: it stays yours, and %(name)s was told nothing of you."
        )
        if owner.hidden_at is None:
            subject = _("This mail address is known to us")
            text += " " + _(
                "If that was you: you have an account already. Sign in with this address on the page below; a steward "
                "can close the other one. If you share the mailbox with %(name)s, one of you needs another address."
            )
        else:
            subject = _("You have been here before")
            text += " " + _("If that was you: a steward brings you back, with your account as it was.")
        writing = Writing(
            to_id=None,
            event="sign_in",
            subject=subject,
            text=text % facts,
            url=reverse("account_login"),
            name=owner.name,
            address=address,
        )
        messages.send(by=agents_queries.system(), writings=[writing], key=jobs.key())
    if owner.hidden_at is not None:
        words = _("Is here as %(name)s since today, and may have been here before with this mail address.")
        said = f"{words % {'name': her.name}} {_('Ask before you bring anybody back; then one of the two goes.')}"
        agents.ask_to_join(by=agents_queries.system(), name=her.name, email=address, words=said)


@jobs.job("website.tell_treasurer_of_leaving")
def tell_treasurer_of_leaving(household_id: int) -> None:
    """A household has left: what it has is paid back."""
    household = Agent.objects.get(pk=household_id)
    account = money_queries.account_for(household)
    if account is None:
        return
    has = money_queries.standing(account).balance

    def words() -> tuple[str, str]:
        subject = _("%(name)s has left") % {"name": household.name}
        text = _("The account stands at %(amount)s.") % {"amount": money_queries.format(has)}
        ends = {1: _("Please pay it back."), 0: _("Nothing is to be paid back."), -1: _("That is owed to us.")}
        return subject, f"{text} {ends[(has > 0) - (has < 0)]}"

    _tell(TREASURER, "payment", words, reverse("money:leavers") if has else "")


def _welcome(agent: Agent, asked: JoinRequest, local: str) -> None:
    with speaking_to(agent):
        text = _("Welcome, %(name)s! You are a member of %(local)s now.") % {"name": asked.name, "local": local}
        if asked.email:
            text += "\n\n" + _(
                "To sign in, type this mail address on the page below: we mail you a code. No password needed."
            )
        else:
            text += "\n\n" + _("To sign in, you need a code, which a steward prints or tells you.")
        subject = _("Welcome to %(local)s") % {"local": local}
    writing = Writing(to_id=agent.pk, event="join", subject=subject, text=text, url=reverse("account_login"))
    messages.send(by=agents_queries.system(), writings=[writing], key=jobs.key())


def _decline(asked: JoinRequest, local: str) -> None:
    subject = _("Your request to join %(local)s") % {"local": local}
    text = _("Dear %(name)s, thank you for asking. For now we have to say no:") % {"name": asked.name}
    name = f"{asked.name} ({asked.phone})" if asked.phone else asked.name
    said = f"{text}\n\n{asked.reason}\n\n{local}"
    writing = Writing(to_id=None, event="join", subject=subject, text=said, name=name, address=asked.email)
    messages.send(by=agents_queries.system(), writings=[writing], key=jobs.key())


def _tell(role: str, event: str, words: Callable[[], tuple[str, str]], url: str) -> None:
    """To everybody with this role, in her own language: subject and text."""
    writings = []
    for reader in agents_queries.role_holders(role):
        with speaking_to(reader):
            subject, text = words()
        writings.append(Writing(to_id=reader.pk, event=event, subject=subject, text=text, url=url))
    messages.send(by=agents_queries.system(), writings=writings, key=jobs.key())


def _forget() -> None:
    operations.forget(by=agents_queries.system())


timers: tuple[Timer, ...] = (
    Timer("website.forget", timedelta(days=1), _forget),
    Timer("website.forget_errands", timedelta(hours=6), errands.forget),
)
