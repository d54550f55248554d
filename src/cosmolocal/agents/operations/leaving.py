"""Leaving: hidden at once, roles and memberships end, names go when the last duty to keep ends."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import locks, policy, queries, rules
from cosmolocal.agents.models import (
    Agent,
    Contact,
    Helping,
    JoinRequest,
    Leaving,
    Membership,
    Role,
    SignInCode,
    User,
)
from cosmolocal.kernel import clock
from cosmolocal.kernel.operation import operation, running


@operation("agents.leave", said=gettext_lazy("left"))
def leave(*, by: Agent, agent: Agent, on_behalf_of: Agent | None = None, key: str = "") -> Leaving:
    """Somebody leaves the local, with her household when she was the last in it. What is owed is paid back by money.

    Refuses: agents.last_steward, agents.not_yours.
    """
    policy.require(policy.is_house(by) or by.pk == agent.pk or policy.is_steward(by) or policy.acts_for(by, agent))
    locks.hold_local()
    existing = Leaving.objects.filter(agent=agent).first()
    if existing is not None:
        return existing
    if policy.is_steward(agent):
        locks.check_steward_stays(without=agent)
    households = queries.groups_of(agent, Agent.Kind.HOUSEHOLD)
    left = _hide(agent)
    for household in households:
        if not queries.members_of(household).exists():
            _hide(household)
    return left


@operation("agents.anonymise_due", said=gettext_lazy("took away names whose time to be kept was over"))
def anonymise_due(*, by: Agent, key: str = "") -> None:
    """Takes the names of all whose day has come: contacts and sign-in are erased, the books keep a number."""
    policy.permit(by)
    due = Agent.objects.filter(leaving__anonymise_on__lte=clock.today(), anonymised_at=None)
    for agent in due.select_for_update(of=("self",)):
        Contact.objects.filter(agent=agent).delete()
        SignInCode.objects.filter(agent=agent).delete()
        JoinRequest.objects.filter(agent=agent).delete()
        for user in User.objects.filter(agent=agent):
            EmailAddress.objects.filter(user=user).delete()
            Authenticator.objects.filter(user=user).delete()
        User.objects.filter(agent=agent).update(email=None, is_active=False)
        agent.name, agent.about, agent.code, agent.picture_id, agent.place = _("Somebody"), "", "", None, None
        agent.anonymised_at = running().at
        agent.save()


def _hide(agent: Agent) -> Leaving:
    now, last = running().at, clock.today() - timedelta(days=1)
    Agent.objects.filter(pk=agent.pk).update(hidden_at=now, is_public=False)
    User.objects.filter(agent=agent).update(is_active=False)
    for held in (
        Membership.objects.filter(member=agent),
        Role.objects.filter(agent=agent),
        Helping.objects.filter(helper=agent),
        Helping.objects.filter(member=agent),
    ):
        held.filter(Q(until=None) | Q(until__gt=last)).update(until=last)  # also what would begin some day
    return Leaving.objects.create(agent=agent, at=now, anonymise_on=rules.anonymise_on(clock.today(), keeps_books=True))
