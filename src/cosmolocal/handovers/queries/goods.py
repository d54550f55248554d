"""How goods are said and weighed: jin, jars, pieces."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cosmolocal.catalog.models import Item, PackVersion, Product, PromisedPack
from cosmolocal.catalog.packs import Words, words_now, words_then
from cosmolocal.kernel.sets import among
from cosmolocal.look import numbers


@dataclass(frozen=True)
class Measured:
    """How one kind of goods is said and weighed: `symbol` stands for `per` base units (with `decimals` digits).

    `pack` names the only pack in which it is meant (350 g jar): people then count packs. `mixed`: several packs of it,
    each with its base units, where they were promised together.
    """

    name: str
    producer: str
    drawing: str
    symbol: str
    decimals: int
    per: int
    weigh: bool
    words: Words
    pack: str = ""
    mixed: tuple[tuple[Words, int], ...] = ()

    def text(self, base: int) -> str:
        """Base units as people say them: 2 jin, 10 pieces, 3 × 350 g jar; 2 × sack (5 kg) + 3 × sack (1 kg)."""
        if self.mixed and base == sum(quantity for _words, quantity in self.mixed):
            labels = [words.pack for words, _quantity in self.mixed]
            return " + ".join(
                _packs_text(words, quantity, is_clear=labels.count(words.pack) == 1) for words, quantity in self.mixed
            )
        if self.pack and base % self.per == 0:
            return f"{numbers.format_number(base // self.per)} × {self.pack}"
        return self.words.amount(base)

    def value(self, base: int) -> str:
        """Base units as the number alone, as a person would type it: 2.1 (jin)."""
        digits = self.decimals if self.per == 1 else 3
        parts = base if self.per == 1 else (base * 1000 + self.per // 2) // self.per
        return numbers.format_number(parts, digits, trim=True).replace(numbers.marks()[1], "")

    def read(self, typed: str, expected: int | None = None) -> int:
        """A typed number in base units, as `expected` is; never below nothing, and whole packs where packs are counted.
        Raises numbers.NumberUnclear.
        """
        parts = numbers.parse_measure(typed, self.decimals, self.per, expected=expected)
        if parts < 0:
            raise numbers.NumberUnclear("below_nothing")
        if self.pack and parts % self.per:
            raise numbers.NumberUnclear("too_precise")
        return parts

    @property
    def unit(self) -> str:
        """What stands after a number that is typed: jin, pieces, × (6 pieces)."""
        return f"× ({self.pack})" if self.pack else self.symbol

    @property
    def step(self) -> str:
        """By how much a press on + changes the number."""
        return "0.1" if self.weigh else "1"


def measured(specification_ids: Iterable[int]) -> dict[int, Measured]:
    """How goods are said and weighed, by kind (one statement; one more where some are sold in no pack)."""
    wanted = list(specification_ids)
    items = (
        Item.objects.filter(product__specification__in=among(wanted))
        .select_related("product__specification__unit", "product__producer", "product__category", "measure")
        .order_by("-is_active", "id")
    )
    by_kind: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_kind[item.product.specification_id].append(item)
    found = {kind: _measured(packs) for kind, packs in by_kind.items()}
    bare = set(wanted) - set(found)
    return found | (dict(_without_pack(bare)) if bare else {})


def _without_pack(kinds: set[int]) -> Iterator[tuple[int, Measured]]:
    """Goods that nobody sells in a pack (yet, or any more) still arrive and are weighed: in their own unit."""
    products = Product.objects.filter(specification__in=kinds)
    for one in products.select_related("producer", "category", "specification__unit"):
        unit = one.specification.unit
        words = Words("", 0, bool(unit.decimals), "", 0, (unit.code, unit.symbol, unit.decimals))
        yield one.specification_id, _said(one.name, one, words, counts_packs=False)


def measured_in(packs: Iterable[tuple[int, int | None]]) -> dict[tuple[int, int | None], Measured]:
    """How goods are said that were promised in a pack: (kind, pack version) -> its words; without one, those of today
    (two statements).
    """
    wanted = set(packs)
    today = measured({kind for kind, _pack in wanted})
    versions = versions_of({pack for _kind, pack in wanted if pack})
    return {
        (kind, pack): _as_promised([(versions[pack], 0)]) if pack else today[kind]
        for kind, pack in wanted
        if pack or kind in today
    }


def measured_by(commitments: Mapping[int, int]) -> dict[int, Measured]:
    """How each promise is said, by the packs in which it was made: commitment id -> words (three statements).

    `commitments`: commitment id -> kind of goods.
    """
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for id, pack, quantity in promised_in(commitments):
        found[id].append((pack, quantity))
    versions = versions_of({pack for packs in found.values() for pack, _quantity in packs})
    today = measured({kind for id, kind in commitments.items() if id not in found})
    said = {id: _as_promised([(versions[pack], part) for pack, part in packs]) for id, packs in found.items()}
    return said | {id: today[kind] for id, kind in commitments.items() if id not in found and kind in today}


def measured_promise(commitment: int | None, kind: int) -> Measured:
    """How one promise is said; None: goods that nobody had promised."""
    return measured_by({commitment: kind})[commitment] if commitment else measured([kind])[kind]


def measured_kinds(packs: Mapping[int, Iterable[int]]) -> dict[int, Measured]:
    """How sums of one kind are said, by the packs in which people have it: kind -> words (two statements)."""
    chosen = {kind: sorted(set(ids)) for kind, ids in packs.items()}
    versions = versions_of({id for ids in chosen.values() for id in ids})
    said = {kind: _as_promised([(versions[id], 0) for id in ids]) for kind, ids in chosen.items() if ids}
    return measured(set(chosen) - set(said)) | said


def versions_of(ids: Collection[int]) -> dict[int, PackVersion]:
    """Pack versions with all that their words need (one statement)."""
    joined = ("item__product__specification__unit", "item__product__producer", "item__product__category")
    return PackVersion.objects.select_related(*joined).in_bulk(list(ids)) if ids else {}


def promised_in(commitments: Iterable[int]) -> list[tuple[int, int, int]]:
    """Commitment id, pack version id and base units of each pack in a promise (one statement)."""
    rows = PromisedPack.objects.filter(commitment_id__in=among(commitments)).order_by("commitment_id", "id")
    return list(rows.values_list("commitment_id", "pack_id", "quantity"))


def _as_promised(packs: Sequence[tuple[PackVersion, int]]) -> Measured:
    """One pack is counted; several are added up in their measure where all have it, else in the unit of the journal."""
    first = packs[0][0]
    every = [(words_then(version), quantity) for version, quantity in packs]
    same = len({(words.label, words.quantity, words.per, words.symbol) for words, _quantity in every}) == 1
    words = every[0][0]
    if not same:
        shares_measure = len({(one.symbol, one.per) for one, _quantity in every}) == 1
        words = replace(words, label="")
        words = words if shares_measure else replace(words, symbol="", per=0)
    parts = tuple(every) if not same and all(quantity for _words, quantity in every) else ()
    return _said(first.name, first.item.product, words, counts_packs=same, mixed=parts)


def _packs_text(words: Words, quantity: int, *, is_clear: bool) -> str:
    packs, rest = divmod(quantity, words.quantity)
    if rest or words.weigh:
        return words.amount(quantity)
    return f"{numbers.format_number(packs)} × {words.pack if is_clear else words.contents}"


def _measured(items: Sequence[Item]) -> Measured:
    """`items`: the packs of one kind of goods, those on sale first."""
    on_sale = [one for one in items if one.is_active] or items
    product = items[0].product
    return _said(product.name, product, words_now(items[0]), counts_packs=len(on_sale) == 1)


def _said(
    name: str, product: Product, words: Words, *, counts_packs: bool, mixed: tuple[tuple[Words, int], ...] = ()
) -> Measured:
    _code, symbol, decimals = words.unit
    pack = words.pack if counts_packs and not words.weigh and words.quantity > 1 else ""
    per = 1
    if pack:
        symbol, decimals, per = pack, 0, words.quantity
    elif words.per > 1:
        symbol, decimals, per = words.symbol, 0, words.per
    producer, drawing = product.producer.name, product.category.drawing
    return Measured(name, producer, drawing, symbol or "", decimals, per, words.weigh, words, pack, mixed)
