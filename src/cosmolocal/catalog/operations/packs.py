"""What was ordered keeps its words: the version of a pack as it is now, and the packs in which a promise was made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from cosmolocal.catalog.models import PackVersion, PromisedPack
from cosmolocal.kernel.prepared import Prepared, slots
from cosmolocal.kernel.sets import among, insert


@dataclass(frozen=True)
class PackFacts:
    """All that a version of a pack says: words, contents in base units, what is asked beside its price."""

    item_id: int
    name: str
    label: str
    billed_by: str
    quantity: int
    symbol: str
    per: int
    tolerance_bp: int
    deposit: int


_KNOWN = Prepared(lambda: PackVersion.objects.filter(item_id__in=slots("items")))


def keep_packs(facts: Sequence[PackFacts]) -> list[PackVersion]:
    """The version that says exactly this, for each, in order; made where there is none. Inside an operation.

    One statement where nothing has changed since somebody ordered it before.
    """
    known = _known(facts)
    if fresh := [one for one in dict.fromkeys(facts) if one not in known]:
        # Of two who order the same for the first time at one moment, both get the one row, which nobody may change.
        PackVersion.objects.bulk_create([PackVersion(**asdict(one)) for one in fresh], ignore_conflicts=True)
        known |= _known(fresh)
    return [known[one] for one in facts]


def _known(facts: Sequence[PackFacts]) -> dict[PackFacts, PackVersion]:
    """The versions of their items that there are."""
    ids = {one.item_id for one in facts}
    return {_said(row): row for row in _KNOWN.all(items=ids)} if ids else {}


def promise_packs(packs: Iterable[tuple[int, int, int]]) -> None:
    """Notes in which packs promises were made: (commitment id, pack version id, base units). Inside an operation."""
    if rows := list(packs):
        insert(PromisedPack, ("commitment", "pack", "quantity"), rows)


def follow_packs(commitments: Mapping[int, int]) -> None:
    """New promises take the place of others (old id -> new id) and are said in the same packs. Inside an operation."""
    rows = PromisedPack.objects.filter(commitment__in=among(commitments))
    promise_packs([(commitments[row.commitment_id], row.pack_id, row.quantity) for row in rows])


def _said(row: PackVersion) -> PackFacts:
    return PackFacts(**{field.name: getattr(row, field.name) for field in fields(PackFacts)})
