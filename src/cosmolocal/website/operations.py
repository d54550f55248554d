"""What the house does across its parts: set up a local whole, leave it whole, look at stuck work again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Leaving, Role
from cosmolocal.agents.operations import LocalDraft
from cosmolocal.catalog import operations as catalog
from cosmolocal.flows import queries as flows_queries
from cosmolocal.kernel import clock, ids, jobs, node
from cosmolocal.kernel.models import JobTrouble, Node
from cosmolocal.kernel.operation import operation, running
from cosmolocal.kernel.practices import Practice, installed, used_by
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.look.numbers import decimals_of, symbol_of
from cosmolocal.messages.models import Letter
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries

# Countries whose smallest coin is larger than the smallest unit.
CASH_STEPS = {"CHF": 5, "SEK": 100, "NOK": 100, "DKK": 50, "CNY": 10, "HUF": 5, "CZK": 100}

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FirstSteward:
    """Who looks after the local first; without mail she signs in by codes from the command line."""

    name: str
    email: str = ""


@operation("website.set_up_local", said=gettext_lazy("set this local up"))
def set_up_local(
    *,
    by: Agent,
    draft: LocalDraft,
    steward: FirstSteward,
    answers: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    key: str = "",
) -> Agent:
    """Makes a local whole: name and place, units, currency with funds and boxes, first steward; once. `answers`: what
    was answered to the questions of practices, by their names.

    Returns the first steward; a second call changes nothing and returns her too.
    Refuses: agents.name_missing, agents.no_such_zone, agents.mail_taken, website.already_set_up, agents.not_allowed,
    and what a practice refuses of its answers.
    """
    agents_policy.permit(by)
    if Agent.objects.filter(is_home=True).exists():
        first = agents_queries.role_holders(Role.Name.STEWARD).order_by("id").first()
        if first is None:
            raise Refusal("website.already_set_up", _("This local has been set up already. Please sign in."))
        return first
    agents.found_local(by=by, draft=draft)
    catalog.standard_measures(by=by)
    catalog.standard_categories(by=by)
    catalog.standard_taxes(by=by)
    if draft.currency == "CNY":
        catalog.chinese_taxes(by=by)
    code, decimals = draft.currency, decimals_of(draft.currency)
    currency = money.open_currency(
        by=by, code=code, decimals=decimals, symbol=symbol_of(code), cash_step=CASH_STEPS.get(code, 1)
    )
    money.open_box(by=by, kind="bank", name=_("Bank account"), currency=currency)
    money.open_box(by=by, kind="cash", name=_("Cash box"), currency=currency)
    person = agents.add_member(by=by, name=steward.name, email=steward.email)
    agents.make_user(by=by, agent=person, email=steward.email)
    for role in (Role.Name.STEWARD, Role.Name.TREASURER):
        agents.give_role(by=by, agent=person, role=role)
    for practice in installed():
        if practice.questions and practice.name in answers:
            practice.questions.answer(by, answers[practice.name])
    return person


def make_setup_link() -> str:
    """A fresh one-time path of the setup wizard; an earlier one ends. Refuses: website.already_set_up."""
    token = ids.fresh_token()
    keep_setup_token(by=agents_queries.system(), token=token)
    return reverse("setup", args=[token])


@operation("website.keep_setup_token", said=gettext_lazy("made a setup link"))
def keep_setup_token(*, by: Agent, token: str, key: str = "") -> None:
    """Keeps the digest of a setup token. Refuses: website.already_set_up, agents.not_allowed."""
    agents_policy.permit(by)
    if node.is_ready():
        raise Refusal("website.already_set_up", _("This local has been set up already. Please sign in."))
    node.configure(setup_digest=ids.digest(token))


@operation("website.open_accounts", said=gettext_lazy("opened accounts"))
def open_accounts(*, by: Agent, agent: Agent, key: str = "") -> None:
    """Opens the accounts of a household or organisation that has joined; again: nothing.

    Refuses: agents.not_allowed.
    """
    agents_policy.permit(by, agents_policy.STEWARD, agents_policy.TREASURER)
    if agent.hidden_at is not None:
        return
    if agent.is_producer:
        money.open_account(by=by, holder=agent, kind="producer")
    if not agent.is_producer or agent.kind == Agent.Kind.HOUSEHOLD:
        money.open_account(by=by, holder=agent, kind="member")


@operation("website.leave_local", said=gettext_lazy("noted that somebody left"))
def leave_local(*, by: Agent, agent: Agent, on_behalf_of: Agent | None = None, key: str = "") -> Leaving:
    """A person leaves; the treasurer is told what is to be paid back.

    Refuses: website.goods_to_come, agents.last_steward, agents.not_yours.
    """
    household = agents_queries.household_of(agent)
    if household is not None and agents_queries.members_of(household).count() == 1:
        account = money_queries.account_for(household)
        is_paying = account is not None and money_queries.standing(account).set_aside
        # What is paid in cash at the door sets nothing aside.
        if is_paying or flows_queries.is_something_due(household.pk, clock.now() - A_DAY):
            raise Refusal(
                "website.goods_to_come",
                _(
                    "Something that you ordered or booked is still to come or with you. Collect it, give it back or "
                    "cancel it, then leave."
                ),
            )
    left = agents.leave(by=by, agent=agent, on_behalf_of=on_behalf_of)
    if household is not None and Agent.objects.filter(pk=household.pk, hidden_at__isnull=False).exists():
        jobs.announce("website.tell_treasurer_of_leaving", household.pk)
    return left


@operation("website.switch_practice", said=gettext_lazy("switched a practice on or off"))
def switch_practice(*, by: Agent, name: str, is_on: bool, key: str = "") -> list[str]:
    """Switches a practice on, or off where nothing is promised in it any more. Off, it shows nowhere, and its timers
    rest; what happened in it stays in the books and in what people take along. Returns the names of those that are on.

    Refuses: website.no_such_practice, website.unfinished, website.last_practice, agents.not_allowed.
    """
    locked = Node.objects.select_for_update().get()
    agents_policy.permit(by, agents_policy.STEWARD)
    practice = next((one for one in installed() if one.name == name), None)
    if practice is None:
        raise Refusal("website.no_such_practice", _("This node has no such practice. Choose one from the list."))
    before = [one.name for one in used_by(locked)]
    if is_on == (name in before):
        return before
    wanted = [*before, name] if is_on else [one for one in before if one != name]
    if not is_on:
        _permit_end(practice)
    if not wanted:
        raise Refusal("website.last_practice", _("At least one stays on. Switch on another one first."))
    node.configure(practices=wanted)
    return wanted


def _permit_end(practice: Practice) -> None:
    """Nobody is left with half a promise. Refuses: website.unfinished."""
    open_ones = list(practice.unfinished()) if practice.unfinished else []
    if open_ones:
        raise Refusal(
            "website.unfinished",
            _("%(practice)s stays on until what is promised in it is over. %(what)s")
            % {"practice": practice.title, "what": " ".join(open_ones)},
        )


@operation("website.forget", said=gettext_lazy("took away names whose time to be kept was over"))
def forget(*, by: Agent, key: str = "") -> None:
    """Takes the names of all whose day has come, with the letters that were written to them.

    Refuses: agents.not_allowed.
    """
    agents_policy.permit(by)
    due = Agent.objects.filter(leaving__anonymise_on__lte=clock.today(), anonymised_at=None)
    Letter.objects.filter(to__in=due).delete()
    agents.anonymise_due(by=by)


@operation("website.try_again", said=gettext_lazy("had stuck work tried again"))
def try_again(*, by: Agent, trouble: JobTrouble, key: str = "") -> None:
    """A steward has looked at stuck work and has it tried once more. Refuses: agents.not_allowed, jobs.not_ours."""
    agents_policy.permit(by, agents_policy.STEWARD)
    locked = JobTrouble.objects.select_for_update().get(pk=trouble.pk)
    if not jobs.is_ours(locked):
        raise Refusal("jobs.not_ours", jobs.not_ours())
    if locked.settled_at is None:
        locked.settled_at = running().at
        locked.save(update_fields=["settled_at"])
        jobs.announce(locked.name, *locked.args)


@operation("website.settle_trouble", said=gettext_lazy("let stuck work rest"))
def settle_trouble(*, by: Agent, trouble: JobTrouble, key: str = "") -> None:
    """A steward has looked at stuck work and lets it rest. Refuses: agents.not_allowed."""
    agents_policy.permit(by, agents_policy.STEWARD)
    JobTrouble.objects.filter(pk=trouble.pk, settled_at=None).update(settled_at=running().at)
