"""What one day cost the farms: money given back at the door for their goods, and what was lost here and is theirs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from cosmolocal.agents.languages import speaking_to
from cosmolocal.agents.models import Agent
from cosmolocal.handovers.forms import LOSSES
from cosmolocal.handovers.models import Loss
from cosmolocal.handovers.queries import measured
from cosmolocal.look.dates import format_day
from cosmolocal.messages.operations import Writing
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop.door.pages.given_back import GivenBack, rows
from cosmolocal.practices.shop.door.queries import credits
from cosmolocal.practices.shop.models import LineCredit


def letters(day: date) -> Iterator[Writing]:
    """To each farm that bears something of this day: which goods, how much of them, why, and for how much. Not who got
    it, which is nobody's business there.
    """
    given, lost = credits.at_farms_cost(day), _lost(day)
    named = _Goods(loss.lot.conforms_to_id for losses in lost.values() for loss in losses)
    for farm in sorted({*given, *lost}, key=lambda farm: (farm.name, farm.pk)):
        for reader in money_queries.readers_of(farm):
            with speaking_to(reader):
                yield Writing(
                    to_id=reader.pk,
                    event="at_farms_cost",
                    subject=_("At the cost of %(name)s on %(day)s") % {"name": farm, "day": format_day(day)},
                    text="\n\n".join([*_given(given.get(farm, [])), *named.lost(lost.get(farm, [])), _if_not_so()]),
                    url=reverse("shop:farm"),
                )


def _given(made: list[LineCredit]) -> Iterator[str]:
    if not made:
        return
    lines = "\n".join(_row(row) for row in rows(made))
    total = money_queries.format(sum(credit.amount for credit in made), made[0].line.order.round.account.currency)
    yield _("Money was given back to members:\n%(lines)s\nTogether: %(total)s") % {"lines": lines, "total": total}


def _row(row: GivenBack) -> str:
    line = row.credit.line
    words = {
        "goods": " ".join(filter(None, (line.pack.name, row.quantity_text))),
        "round": line.order.round.name,
        "sum": money_queries.format(row.credit.amount, line.order.round.account.currency),
        "why": row.why,
    }
    return _("%(goods)s: %(sum)s, %(why)s (%(round)s)") % words


class _Goods:
    """Kinds of goods (ids) as people say them."""

    def __init__(self, kinds: Iterable[int]) -> None:
        self.words = measured(set(kinds))

    def lost(self, losses: list[Loss]) -> Iterator[str]:
        if losses:
            lines = "\n".join(self._row(loss) for loss in losses)
            yield _("Lost here, and not paid for as your terms say:\n%(lines)s") % {"lines": lines}

    def _row(self, loss: Loss) -> str:
        goods = self.words[loss.lot.conforms_to_id]
        words = {"goods": goods.name, "amount": goods.text(loss.quantity)}
        return _("%(goods)s %(amount)s: %(why)s") % {**words, "why": dict(LOSSES).get(loss.reason, loss.reason)}


def _lost(day: date) -> dict[Agent, list[Loss]]:
    found: dict[Agent, list[Loss]] = defaultdict(list)
    at = {"at__gte": money_queries.moment_of(day), "at__lt": money_queries.moment_after(day)}
    losses = Loss.objects.filter(borne_by="producer", **at).select_related("lot", "receipt__producer", "promise")
    for loss in losses.select_related("promise__provider").order_by("pk"):
        whose = loss.receipt.producer if loss.receipt else loss.promise.provider if loss.promise else None
        if whose is not None:
            found[whose].append(loss)
    return found


def _if_not_so() -> str:
    return _("If that is not so, tell a steward or a treasurer: they see who wrote it down.")
