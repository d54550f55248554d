"""Who says yes to payments: another treasurer, or several people of a circle; and the asking itself."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents import approvals, eyes, rights, sessions
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Approval
from cosmolocal.kernel.jobs import announce
from cosmolocal.kernel.operation import operation
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.money import queries
from cosmolocal.money.models import Account, Currency, PaymentList

KIND = "money.payment_list"


@operation("money.choose_deciders", said=gettext_lazy("chose who agrees to payments"))
def choose_deciders(*, by: Agent, currency: Currency, circle: Agent | None, needed: int = 1, key: str = "") -> Currency:
    """From now on `needed` people of `circle` say yes to each payment list; without a circle, another treasurer does.

    Lists that wait already keep whom they asked. Refuses: money.too_few_to_agree, agents.not_allowed,
    agents.session_lent, agents.right_too_new.
    """
    agents_policy.permit(by, agents_policy.STEWARD)
    sessions.require_own()
    rights.require_settled(by, agents_policy.STEWARD)
    if circle is not None:
        size = eyes.count(agents_queries.members_of(circle).values_list("pk", flat=True))
        # Who draws a list up does not agree to it, and may be one of them.
        if not 0 < needed < size:
            raise Refusal(
                "money.too_few_to_agree",
                _(
                    "%(circle)s has %(size)s people, with those of one household counted as one, and whoever draws a "
                    "list up cannot agree to it. Ask for fewer."
                )
                % {"circle": circle.name, "size": size},
                field="needed",
            )
    locked = Currency.objects.select_for_update().get(pk=currency.pk)
    locked.agreed_by, locked.agreed_needed = circle, needed if circle else 1
    locked.save(update_fields=["agreed_by", "agreed_needed"])
    return locked


def ask(by: Agent, made: PaymentList, payees: Sequence[Account]) -> Approval:
    """Asks the circle that decides, or treasurers (stewards where no other treasurer may say yes), and writes to them.

    Never the maker, nor anybody whose money it would be, nor who helps them, nor who lives with one of these. Refuses:
    money.nobody_to_agree.
    """
    holders = [account.holder for account in payees if not account.holder.is_home]
    theirs = {agent.pk: agent for agent in [by, *holders, *queries.may_not_agree(holders)]}
    excluded = {agent.pk: agent for agent in [*theirs.values(), *eyes.same(theirs)]}
    rule = Currency.objects.select_related("agreed_by").get(pk=made.currency_id)
    if rule.agreed_by is not None:
        asked = _ask_circle(by, made, rule.agreed_by, rule.agreed_needed, excluded)
    else:
        asked = _ask_role(by, made, excluded)
    announce("money.ask_for_agreement", made.pk)
    return asked


def _ask_circle(by: Agent, made: PaymentList, circle: Agent, needed: int, excluded: dict[int, Agent]) -> Approval:
    others = agents_queries.members_of(circle).exclude(pk__in=excluded)
    if eyes.count(others.values_list("pk", flat=True)) < needed:
        raise Refusal(
            "money.nobody_to_agree",
            _(
                "%(needed)s people of %(circle)s have to agree, those of one household count as one, and nobody agrees "
                "to money of her own. Ask a steward to add people to the circle, or pay its members in a list of their "
                "own."
            )
            % {"needed": needed, "circle": circle.name},
        )
    return approvals.ask(
        by=by, kind=KIND, subject_id=made.pk, circle=circle, needed=needed, excluded=list(excluded.values())
    )


def _ask_role(by: Agent, made: PaymentList, excluded: dict[int, Agent]) -> Approval:
    for role in (agents_policy.TREASURER, agents_policy.STEWARD):
        if agents_queries.role_holders(role).exclude(pk__in=excluded).exists():
            return approvals.ask(
                by=by, kind=KIND, subject_id=made.pk, role=role, needed=1, excluded=list(excluded.values())
            )
    raise Refusal(
        "money.nobody_to_agree",
        _(
            "A second person has to agree to payments, of another household than who draws them up and who gets the "
            "money. Ask a steward to name another treasurer first."
        ),
    )
