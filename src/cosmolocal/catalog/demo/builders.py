"""How a demo catalog is made: nine village producers with 300 goods, and for benchmarks as many as are wished."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent
from cosmolocal.catalog import operations, rules
from cosmolocal.catalog.demo.goods import GOODS
from cosmolocal.catalog.models import Category, Item, SupplierTerms
from cosmolocal.catalog.operations import ItemDraft, PriceDraft, ProductDraft, ProductFacts
from cosmolocal.kernel.quantity import times

GROUP = "restaurant"
WHOLESALE_BP = 9400  # restaurants pay 94 % of the price, and the producer gets as much less
TOLERANCE_BP = 1000


@dataclass(frozen=True)
class DemoProducer:
    """A village producer: whose goods, where, and on which terms."""

    name: str
    place: str
    latitude: float
    longitude: float
    about: str
    seller: str = SupplierTerms.Seller.LOCAL
    order_by: str = "mail"


_GROWER, _ACCOUNT = SupplierTerms.Seller.PRODUCER, SupplierTerms.Seller.ACCOUNT
# By village, as `GOODS` names them. Coordinates are those of the towns, in WGS84.
PRODUCERS: Mapping[str, DemoProducer] = {
    "Daxin": DemoProducer(
        "Huang family, Daxin 大新黄家",
        "Daxin 大新村",
        24.487,
        109.214,
        "Greens and tofu. No spraying since 2009.",
        _GROWER,
    ),
    "Sanjiang": DemoProducer(
        "Dong tea hills, Sanjiang 三江侗寨", "Sanjiang 三江", 25.783, 109.608, "Forty families with tea, oil and hens."
    ),
    "Rongshui": DemoProducer(
        "Miao terraces, Rongshui 融水苗寨",
        "Rongshui 融水",
        25.066,
        109.256,
        "Old seeds of rice on high terraces.",
        _GROWER,
        "call",
    ),
    "Liucheng": DemoProducer(
        "Lake co-op, Liucheng 柳城湖社",
        "Liucheng 柳城",
        24.651,
        109.245,
        "Lotus, fish and mandarins round one lake.",
        _ACCOUNT,
    ),
    "Luzhai": DemoProducer(
        "Wei family, Luzhai 鹿寨韦家", "Luzhai 鹿寨", 24.473, 109.752, "Mushrooms, melons and pickles."
    ),
    "Xiangzhou": DemoProducer(
        "Old mill, Xiangzhou 象州老磨坊",
        "Xiangzhou 象州",
        23.973,
        109.705,
        "Rice, milled the week it is sent.",
        _ACCOUNT,
    ),
    "Wuxuan": DemoProducer(
        "Ox cart farm, Wuxuan 武宣牛车农场",
        "Wuxuan 武宣",
        23.594,
        109.663,
        "Pigs under fruit trees by the river.",
        _GROWER,
        "call",
    ),
    "Rong'an": DemoProducer(
        "Kumquat valley, Rong'an 融安金桔谷", "Rong'an 融安", 25.224, 109.397, "Kumquats and bamboo."
    ),
    "Xincheng": DemoProducer(
        "Stone hill farmers, Xincheng 忻城石山",
        "Xincheng 忻城",
        24.066,
        108.666,
        "Dry fields between limestone hills.",
        _GROWER,
    ),
}
_RAW = frozenset(
    {"Leafy greens", "Roots and bulbs", "Fruit vegetables and beans", "Herbs and spices", "Mushrooms and bamboo"}
    | {"Fruit and nuts", "Eggs", "Meat and poultry", "Fish"}
)
_FARM_GOODS = _RAW | {"Rice and grain", "Oil, sauces and pickles", "Honey and sweets"}
_PACK = re.compile(r"(?P<kind>jin|bunch|~|g|kg|ml|l|p)(?P<size>[\d.]*)(?:\+(?P<deposit>\d+))?$")


def add_producers(by: Agent) -> dict[str, Agent]:
    """The nine producers with their places, by village."""
    found = {}
    for village, producer in PRODUCERS.items():
        place = agents.add_place(by=by, name=producer.place, latitude=producer.latitude, longitude=producer.longitude)
        found[village] = agents.add_producer(by=by, name=producer.name, place=place, about=producer.about)
    return found


def build(by: Agent, producers: Mapping[str, Agent]) -> list[int]:
    """Standard lists, terms and the 300 goods of `producers` (by village, as `PRODUCERS`). Returns their ids."""
    _start(by)
    for village, producer in producers.items():
        terms = PRODUCERS[village]
        operations.set_terms(
            by=by,
            producer=producer,
            seller=terms.seller,
            order_by=terms.order_by,
            share_is_public=village in ("Daxin", "Sanjiang"),
        )
    drafts = [draft for draft in _drafts(producers) if draft.producer_id]
    return operations.add_products(by=by, drafts=drafts)


def large_catalog(by: Agent, producers: Sequence[Agent], n: int, names: Sequence[tuple[str, str]]) -> list[int]:
    """`n` goods for benchmarks, named in turn by `names` (a name in two languages). Their ids."""
    _start(by)
    categories = list(Category.objects.values_list("name", flat=True))
    drafts = []
    for number in range(n):
        name, other = names[number % len(names)]
        price = 200 + number * 37 % 4000
        drafts.append(
            ProductDraft(
                producer_id=producers[number * 7 % len(producers)].pk,
                name=f"{name} {other} {number // len(names) + 1}"[:160],
                category=categories[number % len(categories)],
                unit="kg",
                items=(
                    ItemDraft(
                        sku=f"N{number}",
                        billed_by=Item.Billed.WEIGHT if number % 3 else Item.Billed.PIECE,
                        pack_quantity=500,
                        tolerance_bp=TOLERANCE_BP if number % 3 else 0,
                        measure="jin",
                        prices=(PriceDraft(price, price * 76 // 100, "cn-farm", 500),),
                    ),
                ),
            )
        )
    ids: list[int] = []
    for start in range(0, n, 1000):
        ids += operations.add_products(by=by, drafts=drafts[start : start + 1000])
    return ids


def _start(by: Agent) -> None:
    operations.standard_measures(by=by)
    operations.standard_categories(by=by)
    operations.standard_taxes(by=by)
    operations.chinese_taxes(by=by)


def _drafts(producers: Mapping[str, Agent]) -> Iterator[ProductDraft]:
    number = 0
    for category, lines in GOODS.items():
        for line in lines.strip().splitlines():
            name, chinese, village, packs, price, season = line.split("|")
            if village not in producers:
                continue
            number += 1
            yield ProductDraft(
                producer_id=producers[village].pk,
                name=f"{name} {chinese}",
                category=category,
                unit=_unit(packs),
                items=tuple(_items(number, category, village, packs, price)),
                facts=ProductFacts(_words(village, season), origin_id=producers[village].place_id),
            )


def _words(village: str, season: str) -> str:
    about = PRODUCERS[village].about
    return about if season == "all year" else f"{about} In season: {season}."


def _unit(packs: str) -> str:
    kind = _parts(packs.split("/", maxsplit=1)[0])["kind"]
    return {"ml": "l", "l": "l", "p": "piece"}.get(kind, "kg")


def _parts(pack: str) -> dict[str, str]:
    found = _PACK.match(pack)
    if found is None:
        raise ValueError(f"not a pack: {pack}")
    return {name: value or "" for name, value in found.groupdict().items()}


def _items(number: int, category: str, village: str, packs: str, price: str) -> Iterator[ItemDraft]:
    """The packs of one product; a second one costs 4 % less for its contents."""
    first_price, first_contents = int(price.replace(".", "")), 0
    for turn, pack in enumerate(packs.split("/")):
        parts = _parts(pack)
        contents = _contents(parts)
        weighed = parts["kind"] in ("jin", "~")
        cost, per_quantity = first_price, 500 if weighed else 0
        if turn == 0:
            first_contents = 500 if weighed else contents
        else:
            cost = times(first_price * contents, 96, 100 * first_contents) // 10 * 10
        # Producers get between 74 and 79 % of the price.
        purchase = times(cost, 7400 + number * 37 % 500, rules.WHOLE_BP)
        tax = _tax(category, PRODUCERS[village].seller)
        yield ItemDraft(
            label=_label(parts),
            sku=f"{village[:2].upper()}{number:03}{'ABC'[turn]}",
            billed_by=Item.Billed.WEIGHT if weighed else Item.Billed.PIECE,
            pack_quantity=contents,
            tolerance_bp=TOLERANCE_BP + 500 * (parts["kind"] == "~") if weighed else 0,
            measure=_measure(parts),
            deposit=int(parts["deposit"] or 0) * 100,
            case_count=12 if parts["deposit"] else 1,
            stock=20 + number * 13 % 90 if number % 5 == 0 else None,
            prices=tuple(_prices(cost, purchase, tax, per_quantity, wholesale=number % 5 != 1)),
        )


def _prices(price: int, purchase: int, tax: str, per_quantity: int, *, wholesale: bool) -> Iterator[PriceDraft]:
    yield PriceDraft(price, purchase, tax, per_quantity)
    if wholesale:
        less = [times(money, WHOLESALE_BP, rules.WHOLE_BP) for money in (price, purchase)]
        yield PriceDraft(less[0], less[1], tax, per_quantity, GROUP)


def _tax(category: str, seller: str) -> str:
    """Growers who sell their own harvest are exempt; other farm goods 9 %; what is made of them 13 %."""
    if category in _RAW and seller != SupplierTerms.Seller.LOCAL:
        return "cn-grower"
    return "cn-farm" if category in _FARM_GOODS else "cn-general"


def _contents(parts: Mapping[str, str]) -> int:
    size = parts["size"]
    match parts["kind"]:
        case "jin":
            return 500
        case "bunch":
            return 250
        case "kg" | "l":
            return int(size.replace(".", "")) * (100 if "." in size else 1000)
        case _:
            return int(size)


def _label(parts: Mapping[str, str]) -> str:
    size = parts["size"]
    return {
        "jin": "",
        "bunch": "bunch",
        "~": f"one, about {size} g",
        "p": f"{size} pieces" if size != "1" else "",
    }.get(parts["kind"], f"{size} {parts['kind']}")


def _measure(parts: Mapping[str, str]) -> str:
    if parts["kind"] in ("jin", "~"):
        return "jin"
    return {"bunch": "bunch_weighed"}.get(parts["kind"], "")
