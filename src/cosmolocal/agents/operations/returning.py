"""Coming back: who left is a member again, signs in as before, and finds her account as it was."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import locks, naming, policy, queries
from cosmolocal.agents.models import Agent, Leaving, Membership, User
from cosmolocal.agents.operations.people import new_household
from cosmolocal.agents.operations.signing_in import sign_out_everywhere
from cosmolocal.kernel import clock
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal


@operation("agents.bring_back", said=gettext_lazy("brought somebody back"))
def bring_back(*, by: Agent, agent: Agent, household: Agent | None = None, key: str = "") -> Agent:
    """Somebody who left is a member from today, and signs in as she did; the sessions of before stay ended.

    Her household comes back with its account where nobody stayed in it; where others did, who she lives with is theirs
    to say: she gets one of her own, or the one given. Tasks, circles and helpers stay ended. Somebody who is here:
    nothing. Refuses: agents.forgotten, agents.not_a_person, agents.not_allowed.
    """
    policy.permit(by, policy.STEWARD)
    if agent.kind != Agent.Kind.PERSON:
        raise Refusal("agents.not_a_person", _("Only a person can come back."))
    locks.hold_local()
    person = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    if person.hidden_at is None:
        return person
    if person.anonymised_at is not None:
        raise Refusal("agents.forgotten", _("This name was taken out of the books. Please add a new person."))
    left_with = {"kind": Agent.Kind.HOUSEHOLD, "hidden_at": person.hidden_at, "members__member": person}
    homes = [household] if household else list(Agent.objects.filter(**left_with).distinct())
    _show(person)
    for home in homes:
        if home.hidden_at is not None:
            home.name = naming.made_free(home.name)
            home.save(update_fields=["name"])
            _show(home)
    for home in homes or [new_household(person.name)]:
        Membership.objects.create(member=person, group=home, since=clock.today())
    User.objects.filter(agent=person).update(is_active=True)
    sign_out_everywhere(by=by, agent=person)
    return person


def _show(agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(hidden_at=None)
    agent.hidden_at = None
    Leaving.objects.filter(agent=agent).delete()
    Membership.objects.create(member=agent, group=queries.home_local(), since=clock.today())
    if agent.kind == Agent.Kind.HOUSEHOLD:
        announce("website.open_accounts", agent.pk)
