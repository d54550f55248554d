"""Jobs and timers of the house: accounts of those who join, letters to those who look after things, forgetting."""

from datetime import timedelta

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cosmolocal.agents import queries
from cosmolocal.agents.models import Agent, JoinRequest
from cosmolocal.agents.policy import STEWARD, TREASURER
from cosmolocal.kernel import errands, jobs, node
from cosmolocal.kernel.practice import Timer
from cosmolocal.messages import operations as messages
from cosmolocal.messages.operations import Writing
from cosmolocal.money import queries as money
from cosmolocal.website import operations, sample


@jobs.job("website.open_accounts")
def open_accounts(agent_id: int) -> None:
    """A household or organisation has joined."""
    agent = Agent.objects.get(pk=agent_id)
    operations.open_accounts(by=queries.system(), agent=agent, key=jobs.key())


@jobs.job("website.sample_data")
def sample_data() -> None:
    """The steward who set up this local wants a few samples."""
    with translation.override(node.current().language):
        sample.make(by=queries.system())


@jobs.job("website.tell_of_request")
def tell_of_request(request_id: int) -> None:
    """Somebody asks to join: stewards get a letter."""
    asked = JoinRequest.objects.filter(pk=request_id, state="waiting").first()
    if asked is None:
        return
    with translation.override(node.current().language):
        subject = _("%(name)s asks to join") % {"name": asked.name}
        _tell(STEWARD, "join", subject, asked.words or subject, reverse("agents:requests"))


@jobs.job("website.answer_request")
def answer_request(request_id: int) -> None:
    """Who asked to join reads the answer by mail; a welcome without one stands on the list to tell in person."""
    asked = JoinRequest.objects.filter(pk=request_id).exclude(state="waiting").first()
    if asked is None:
        return
    local = node.current()
    with translation.override(local.language):
        if asked.agent_id:
            _welcome(asked.agent_id, asked, local.name)
        elif asked.email:
            _decline(asked, local.name)


@jobs.job("website.tell_treasurer_of_leaving")
def tell_treasurer_of_leaving(household_id: int) -> None:
    """A household has left: what it has is paid back."""
    household = Agent.objects.get(pk=household_id)
    account = money.account_for(household)
    if account is None:
        return
    with translation.override(node.current().language):
        has = money.standing(account).balance
        subject = _("%(name)s has left") % {"name": household.name}
        text = _("The account stands at %(amount)s.") % {"amount": money.format(has)}
        ends = {1: _("Please pay it back."), 0: _("Nothing is to be paid back."), -1: _("That is owed to us.")}
        text += " " + ends[(has > 0) - (has < 0)]
        _tell(TREASURER, "payment", subject, text, reverse("money:leavers") if has else "")


def _welcome(agent_id: int, asked: JoinRequest, local: str) -> None:
    text = _("Welcome, %(name)s! You are a member of %(local)s now.") % {"name": asked.name, "local": local}
    if asked.email:
        text += "\n\n" + _(
            "To sign in, type this mail address on the page below: we mail you a code. No password needed."
        )
    else:
        text += "\n\n" + _("To sign in, you need a code, which a steward prints or tells you.")
    subject = _("Welcome to %(local)s") % {"local": local}
    writing = Writing(to_id=agent_id, event="join", subject=subject, text=text, url=reverse("account_login"))
    messages.send(by=queries.system(), writings=[writing], key=jobs.key())


def _decline(asked: JoinRequest, local: str) -> None:
    subject = _("Your request to join %(local)s") % {"local": local}
    text = _("Dear %(name)s, thank you for asking. For now we have to say no:") % {"name": asked.name}
    name = f"{asked.name} ({asked.phone})" if asked.phone else asked.name
    said = f"{text}\n\n{asked.reason}\n\n{local}"
    writing = Writing(to_id=None, event="join", subject=subject, text=said, name=name, address=asked.email)
    messages.send(by=queries.system(), writings=[writing], key=jobs.key())


def _tell(role: str, event: str, subject: str, text: str, url: str) -> None:
    readers = queries.role_holders(role).values_list("pk", flat=True)
    writings = [Writing(to_id=pk, event=event, subject=subject, text=text, url=url) for pk in readers]
    messages.send(by=queries.system(), writings=writings, key=jobs.key())


def _forget() -> None:
    operations.forget(by=queries.system())


timers: tuple[Timer, ...] = (
    Timer("website.forget", timedelta(days=1), _forget),
    Timer("website.forget_errands", timedelta(hours=6), errands.forget),
)
