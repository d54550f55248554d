"""How each row compares with the catalog: new, changed, the same, or refused, and why. Decides; writes nothing."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from cosmolocal.agents.models import Agent
from cosmolocal.catalog import rules
from cosmolocal.catalog.drafts import PriceDraft
from cosmolocal.catalog.intake import wording
from cosmolocal.catalog.intake.known import Known, KnownItem, KnownProduct, Owner, lists, load_goods
from cosmolocal.catalog.intake.names import NEW, Names, resolvers
from cosmolocal.catalog.intake.rows import Judged, Row, RowRefused
from cosmolocal.catalog.models import TaxCode
from cosmolocal.kernel.quantity import times

FEW = 1000  # rows; for more it is quicker to learn all goods of their producers
EMPTY_PRODUCT = {"category": "", "description": "", "certificate": "", "origin": ""}
EMPTY_ITEM = {
    "label": "",
    "sku": "",
    "billed_by": "piece",
    "pack_quantity": 1,
    "tolerance_bp": 0,
    "measure": "",
    "deposit": 0,
    "case_count": 1,
    "stock": None,
    "is_active": True,
}


class Passed(NamedTuple):
    """A row that passed all checks: what it is about, what it says, its price where that is not in force yet."""

    product: KnownProduct
    told: dict[str, Any]
    item: KnownItem
    said: dict[str, Any]
    price: PriceDraft | None


class Judge:
    """Compares rows one after the other. What a row makes or changes is marked in `known`, for the rows after it."""

    def __init__(self, names: Names, known: Known, shared: Iterable[tuple[str, str]] = ()) -> None:
        self.names, self.known, self.shared = names, known, frozenset(shared)
        self.resolve = resolvers(names, known)
        self.seen: dict[tuple[KnownItem, str], int] = {}
        self.touched: dict[KnownProduct, None] = {}

    def producer_ids(self, rows: Sequence[Row]) -> set[int]:
        """The producers that the rows name, as far as they are here."""
        found = {self.resolve["producers"].found(name) for name in {row.producer for row in rows}}
        return {producer.pk for producer in found if isinstance(producer, Agent)}

    def load(self, rows: Sequence[Row], *, only_these: bool) -> None:
        """Learns the goods of the producers that the rows name: all of them, or only those of the rows."""
        if only_these:
            load_goods(self.known, self.producer_ids(rows), {row.product for row in rows}, {row.sku for row in rows})
        else:
            load_goods(self.known, self.producer_ids(rows))

    def verdict(self, row: Row) -> Judged:
        """What becomes of a row."""
        try:
            return self._decide(row)
        except RowRefused as refused:
            return Judged(row.number, "refused", row.what, str(refused))

    def _decide(self, row: Row) -> Judged:
        """All checks first; only a row that passes leaves a mark."""
        producer = self._named("producers", row.producer, _("The producer “%(name)s” is not known here."))
        owner: Owner = producer.pk if isinstance(producer, Agent) else rules.normal(row.producer)
        product = self._product(row, owner) or KnownProduct(row.producer, row.unit or "piece", dict(EMPTY_PRODUCT))
        item = self._item(row, product) or KnownItem(
            product, EMPTY_ITEM | {"pack_quantity": 10 ** rules.UNITS[product.unit]}
        )
        if row.unit and row.unit != product.unit:
            raise RowRefused(
                _("It is counted in %(ours)s here, and in %(theirs)s in the file. Give it another name.")
                % {"ours": product.unit, "theirs": row.unit}
            )
        earlier = self.seen.get((item, row.group))
        if earlier is not None:
            raise RowRefused(_("Row %(row)s is about the same item already.") % {"row": earlier})
        told, said = self._told(row, product), self._said(row, item)
        price = self._price(row, producer if isinstance(producer, Agent) else None, item)
        is_new = item.row is None
        sentence = "" if is_new else wording.changes(product, told, item, said, price)
        self._mark(row, owner, Passed(product, told, item, said, price))
        return Judged(row.number, "new" if is_new else "changed" if sentence else "same", row.what, sentence)

    def _mark(self, row: Row, owner: Owner, passed: Passed) -> None:
        """The row passed: the rows after it compare with what it says."""
        product, item = passed.product, passed.item
        self.known.products[owner, row.product] = product
        if item not in product.items:
            product.items.append(item)
        for entry, values in ((product, passed.told), (item, passed.said)):
            entry.changed |= {name for name, value in values.items() if entry.values.get(name) != value}
            entry.values |= values
            entry.stated |= values.keys()
        if passed.price is not None:
            item.prices[row.group] = item.fresh[row.group] = passed.price
        self.seen[item, row.group] = row.number
        self.touched[product] = None

    def _named(self, kind: str, name: str, sentence: str) -> Any:
        """The row of ours, or the name itself where it is made."""
        found = self.resolve[kind].found(name)
        if found is None:
            raise RowRefused(sentence % {"name": name} + " " + _("Choose one of ours for it, or let it be made."))
        return name if found == NEW else found

    def _product(self, row: Row, owner: Owner) -> KnownProduct | None:
        """By name; else by the number of its only item, which then gets another name."""
        product = self.known.products.get((owner, row.product))
        if product is not None or not row.sku or (row.producer, row.sku) in self.shared:
            return product
        numbered = self.known.by_sku.get((owner, row.sku), [])
        is_clear = len(numbered) == 1 and len(numbered[0].product.items) == 1
        return numbered[0].product if is_clear else None

    def _item(self, row: Row, product: KnownProduct) -> KnownItem | None:
        """By number; else by label and contents; else the only one, where the row says neither."""
        if row.sku:
            numbered = [item for item in product.items if item.values["sku"] == row.sku]
            if len(numbered) == 1:
                return numbered[0]
        open_ones = [item for item in product.items if not (row.sku and item.values["sku"])]
        alike = [
            item
            for item in open_ones
            if (row.label is None or item.values["label"] == row.label)
            and (not row.pack_quantity or item.values["pack_quantity"] == row.pack_quantity)
        ]
        return alike[0] if alike and (row.label is not None or row.pack_quantity or len(alike) == 1) else None

    def _told(self, row: Row, product: KnownProduct) -> dict[str, Any]:
        """What the row says about the goods, by our names."""
        told: dict[str, Any] = {"name": row.product}
        if row.category:
            told["category"] = str(
                self._named("categories", row.category, _("The category “%(name)s” is not known here."))
            )
        elif not product.values["category"]:
            raise RowRefused(_("“%(column)s” is empty.") % {"column": "category"})
        for name in ("description", "certificate"):
            if getattr(row, name) is not None:
                told[name] = getattr(row, name)
        if row.origin is not None:
            told["origin"] = row.origin and str(
                self._named("origins", row.origin, _("The place “%(name)s” is not known here."))
            )
        self._agree(product, told)
        whole = product.values | told
        if not whole["certificate"] and rules.claims_organic(whole["name"], whole["description"]):
            raise RowRefused(_("“Organic” may be said only with a certificate."))
        return told

    def _said(self, row: Row, item: KnownItem) -> dict[str, Any]:
        """What the row says about the item."""
        said = dict(row.item)
        if row.label is not None:
            said["label"] = row.label
        if row.sku:
            said["sku"] = row.sku
        if row.pack_quantity:
            said["pack_quantity"] = row.pack_quantity
        if said.get("measure"):
            measure = self.known.measures[rules.normal(said["measure"])]
            if measure.unit.code != item.product.unit:
                raise RowRefused(
                    _("The measure %(measure)s does not fit goods counted in %(unit)s.")
                    % {"measure": measure.symbol, "unit": item.product.unit}
                )
            said["measure"] = measure.code
        self._agree(item, said)
        return said

    def _agree(self, entry: KnownProduct | KnownItem, values: dict[str, Any]) -> None:
        """Rows about the same goods say the same."""
        for name, value in values.items():
            if name in entry.stated and entry.values[name] != value:
                raise RowRefused(
                    _("An earlier row says something else about the same goods (%(what)s).")
                    % {"what": wording.field(name)}
                )

    def _price(self, row: Row, producer: Agent | None, item: KnownItem) -> PriceDraft | None:
        """The price of the row, or None where it is the one in force."""
        standing = item.prices.get(row.group)
        tax_code: TaxCode | str
        if row.tax:
            tax_code = self._named("taxes", row.tax, _("The tax “%(name)s” is not known here."))
        elif standing is not None:
            tax_code = self.known.taxes[rules.normal(standing.tax_code)]
        else:
            tax_code = self.known.taxes["outside"]
        code = tax_code.code if isinstance(tax_code, TaxCode) else tax_code
        wish = PriceDraft(row.price, row.purchase or 0, code, row.per_quantity, row.group)
        if row.purchase is None:
            if standing == PriceDraft(
                row.price, standing.purchase if standing else 0, code, row.per_quantity, row.group
            ):
                return None
            rate_bp = self.known.rates.get(tax_code.pk, 0) if isinstance(tax_code, TaxCode) else 0
            wish = PriceDraft(row.price, self._purchase(row, producer, rate_bp), code, row.per_quantity, row.group)
        if wish == standing:
            return None
        if wish.purchase > wish.price:
            raise RowRefused(_("The producer would get more than the price. Look at both again."))
        return wish

    def _purchase(self, row: Row, producer: Agent | None, rate_bp: int) -> int:
        """What the producer gets where the file does not say: her share of the price, net where her list is net."""
        gross = times(row.price, self.names.producer_share_bp, rules.WHOLE_BP)
        terms = self.known.terms.get(producer.pk) if producer else None
        return gross if terms is None or terms.list_is_gross else rules.tax_inside(gross, rate_bp).net


def shared_numbers(rows: Iterable[Row]) -> set[tuple[str, str]]:
    """(producer, sku) pairs that a file gives to several products: they tell nothing about which is meant."""
    products: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.sku:
            products.setdefault((row.producer, row.sku), set()).add(row.product)
    return {number for number, named in products.items() if len(named) > 1}


def judge_file(rows: Sequence[Row], names: Names) -> list[Judged]:
    """The verdict of each row of a file, without writing anything."""
    judge = Judge(names, lists(), shared_numbers(rows))
    judge.load(rows, only_these=len(rows) <= FEW)
    return [judge.verdict(row) for row in rows]
