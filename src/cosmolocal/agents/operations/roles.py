"""Roles, dated and scoped, and helpers who act for a member with her consent."""

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import locks, policy, queries, sessions
from cosmolocal.agents.models import Agent, Helping, Place, Role, in_force
from cosmolocal.agents.operations.groups import join
from cosmolocal.kernel import clock
from cosmolocal.kernel.lines import one_line
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal


@operation("agents.give_role", said=gettext_lazy("gave a task"))
def give_role(
    *,
    by: Agent,
    agent: Agent,
    role: str,
    scope: Agent | None = None,
    place: Place | None = None,
    since: date | None = None,
    key: str = "",
) -> Role | None:
    """Gives a role from `since` (today) on, once; `member` means joining the local and returns None.

    `scope`: whose goods, of a producer only; `place`: the only one where a packer, driver or keeper does it. Every
    other task reaches the whole local, so one that seemed narrower is refused. Refuses: agents.no_such_role,
    agents.scope_missing, agents.not_narrower, agents.not_allowed, agents.session_lent (who keeps the money, and who
    names such people).
    """
    policy.permit(by, policy.STEWARD)
    if role in (Role.Name.STEWARD, Role.Name.TREASURER):
        sessions.require_own_or_house(by)
    if role not in Role.offered():
        raise Refusal("agents.no_such_role", _("Choose a role from the list."), field="role")
    if role == Role.Name.MEMBER:
        join(by=by, member=agent, group=queries.home_local(), since=since)
        return None
    if role == Role.Name.PRODUCER and scope is None:
        raise Refusal("agents.scope_missing", _("Say whose goods: choose the producer."), field="scope")
    if scope is not None and role != Role.Name.PRODUCER:
        raise Refusal(
            "agents.not_narrower",
            _("Only a producer’s task is about somebody’s goods. Leave this empty."),
            field="scope",
        )
    if place is not None and role not in Role.at_places():
        raise Refusal(
            "agents.not_narrower",
            _("Only packers, drivers and hand-over keepers have a task for one place. Leave this empty."),
            field="place",
        )
    locks.hold(agent)
    begins = since or clock.today()
    open_ones = Role.objects.filter(agent=agent, name=role, scope=scope, place=place, until=None)
    if standing := open_ones.filter(since__lte=begins).first():
        return standing
    # One that was to begin later, perhaps written while the clock was ahead, makes room.
    open_ones.update(until=clock.today() - timedelta(days=1))
    return Role.objects.create(agent=agent, name=role, scope=scope, place=place, since=begins)


@operation("agents.end_role", said=gettext_lazy("ended a task"))
def end_role(*, by: Agent, role: Role, until: date | None = None, key: str = "") -> Role:
    """Ends a role; `until` is its last day (yesterday: from now on). The last steward stays.

    Refuses: agents.last_steward, agents.not_yours.
    """
    policy.require(policy.is_house(by) or by.pk == role.agent_id or policy.is_steward(by))
    if role.name == Role.Name.STEWARD:
        locks.hold_local()
    locked = Role.objects.select_for_update().get(pk=role.pk)
    if locked.name == Role.Name.STEWARD:
        locks.check_steward_stays(without=locked.agent)
    locked.until = until or clock.today() - timedelta(days=1)
    locked.save(update_fields=["until"])
    return locked


@operation("agents.start_helping", said=gettext_lazy("noted who helps whom"))
def start_helping(*, by: Agent, helper: Agent, member: Agent, consent: str, key: str = "") -> Helping:
    """`helper` acts for `member` from today on; `consent` says how she agreed ("asked at her door, 3 May").

    Refuses: agents.consent_missing, agents.helps_herself, agents.not_yours.
    """
    policy.require(policy.is_house(by) or policy.is_steward(by) or by.pk == member.pk)
    if helper.pk == member.pk:
        raise Refusal("agents.helps_herself", _("Choose somebody else as helper."), field="helper")
    if not one_line(consent):
        raise Refusal("agents.consent_missing", _("Write down how and when it was agreed."), field="consent")
    locks.hold(member)
    standing = Helping.objects.filter(in_force(clock.today()), helper=helper, member=member).first()
    return standing or Helping.objects.create(
        helper=helper, member=member, consent=consent.strip(), since=clock.today()
    )


@operation("agents.end_helping", said=gettext_lazy("ended a helping"))
def end_helping(*, by: Agent, helping: Helping, key: str = "") -> Helping:
    """Ends it from now on: by the member, the helper or a steward. Refuses: agents.not_yours."""
    policy.require(policy.is_house(by) or by.pk in (helping.helper_id, helping.member_id) or policy.is_steward(by))
    locked = Helping.objects.select_for_update().get(pk=helping.pk)
    locked.until = clock.today() - timedelta(days=1)
    locked.save(update_fields=["until"])
    return locked
