"""Lots are drawn by a number that nobody chose, and everybody can draw them again."""

from collections.abc import Sequence

from cosmolocal.kernel import ids
from cosmolocal.kernel.operation import running
from cosmolocal.practices.shop.models import Draw, DrawnGoods, OrderRound
from cosmolocal.practices.shop.rules import Wish


def fix_draw(round: OrderRound) -> Draw:
    """Makes the secret number of a round, once: when it opens, before anybody orders. What was opened before numbers
    were made gets its own when it is first needed.
    """
    secret = ids.fresh_token()
    made, _is_new = Draw.objects.get_or_create(round=round, defaults={"secret": secret, "mark": ids.digest(secret)})
    return made


def keep_drawn(draw: Draw, intent_id: int, available: int, wishes: Sequence[Wish], granted: Sequence[int]) -> None:
    """Writes down what was drawn, with all that it takes to draw it again. `available`, `granted`: base units."""
    entries = [[one.who, one.packs, one.pack, got] for one, got in zip(wishes, granted, strict=True)]
    DrawnGoods.objects.create(draw=draw, intent_id=intent_id, available=available, entries=entries, at=running().at)
