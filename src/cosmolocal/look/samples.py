"""What the page of samples shows: every part with plausible words, numbers and days."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cosmolocal.kernel import clock
from cosmolocal.look import numbers
from cosmolocal.look.drawings.icons import ICONS
from cosmolocal.look.drawings.produce import PRODUCE
from cosmolocal.look.forms import BigChoice, DayField, DayTimeField, FileInput, MoneyField, QuantityField
from cosmolocal.look.tables import Cell, Column, Row, Table


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label="What should we call you?", help_text="The name neighbours know you by.", max_length=80
    )
    email = forms.EmailField(label="E-mail", required=False)
    weight = QuantityField(
        unit="kg", decimals=3, label="What did the scales say?", help_text="1,5 and 1.5 are the same."
    )
    paid = MoneyField(currency="CNY", label="How much was paid?")
    when = DayField(label="From which day on?")
    closes = DayTimeField(label="When does it close?", required=False)
    place = forms.ChoiceField(label="Where do you pick up?", choices=[("1", "Yufeng Street store"), ("2", "East gate")])
    pays = forms.ChoiceField(
        label="How do you pay?",
        choices=[("prepaid", "From my balance"), ("cash", "In cash"), ("later", "At the end of the month")],
        widget=BigChoice(notes={"prepaid": "You have ¥ 126.40.", "cash": "At the store, on Thursday."}),
    )
    days = forms.MultipleChoiceField(
        label="When can you help?",
        choices=[("we", "Wednesday"), ("th", "Thursday"), ("sa", "Saturday")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label="Anything else?", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    photo = forms.FileField(label="A photo", widget=FileInput, required=False)
    agreed = forms.BooleanField(label="I read the house rules.")


def everything(request: HttpRequest) -> dict[str, Any]:
    """The whole context of the page."""
    today = clock.today()
    return {
        "nav": _nav(request.path),
        "local": {"name": "Ainonghui", "place": "Liuzhou", "initial": "农"},
        "acting_for": "Grandmother Qin",
        "icons": list(ICONS),
        "produce": list(PRODUCE),
        "fresh": SampleForm(initial={"weight": 1500, "paid": 8460, "when": today}),
        "wrong": SimpleLazyObject(_wrong),
        "table": _table(today),
        **_flows(today),
        **_ways(request.GET.get("page", "7")),
        "round": _ROUND,
        "provenance": _PROVENANCE,
        "bill": [("Pak choi, 2 jin", "¥ 8.40"), ("Eggs, 10", "¥ 18.00"), ("Rice from Rongshui, 5 kg", "¥ 52.00")],
        "bill_total": ("About", "¥ 78.40"),
        "facts": [
            ("Pick up", "Thursday 26 November, 16:00–19:00"),
            ("Where", "Yufeng Street store, beside the pharmacy"),
            ("Door code", "on the day"),
        ],
        "goods": _GOODS,
        "day": today,
        "moment": clock.now(),
        "sums": [(12640, "CNY"), (123450, "EUR"), (12000, "KRW"), (-500, "EUR"), (1250, "Talents")],
        "languages": [
            (code, [numbers.format_money(123456, "EUR", 2, code)]) for code in ("en", "de", "fr", "ko", "ar")
        ],
    }


def sheet() -> dict[str, Any]:
    """A packing list of several sheets."""
    goods = ["Pak choi 小白菜", "Eggs 土鸡蛋", "Lotus root 莲藕", "Rice 大米", "Tofu 豆腐"]
    rows = [(f"Household {n + 1}", goods[n % 5], "", f"{n % 4 + 1} jin") for n in range(90)]
    columns: list[Column | str] = ["Crate", "What", "Packed", Column("How much", number=True)]
    return {
        "local": {"name": "Ainonghui", "place": "Liuzhou", "initial": "农"},
        "table": Table("Packing, Thursday 26 November", columns, rows, foot=["Together", "", "", "223 jin"]),
    }


def _flows(today: date) -> dict[str, Any]:
    """What the drawings show."""
    return {
        "parts": [
            ("Farmers", 760, "farmer"),
            ("Transport", 90, "transport"),
            ("Store and people", 120, "running"),
            ("Tax", 30, "tax"),
        ],
        "balance": [(today - timedelta(days=(13 - i) * 7), value) for i, value in enumerate(_BALANCE)],
        "sources": [
            ("Households", 9421000, "farmer"),
            ("Restaurants", 3180000, "transport"),
            ("Top of the year", 240000, "rest"),
        ],
        "uses": [
            ("9 farmers", 9580000, "farmer"),
            ("Store and people", 1620000, "running"),
            ("Transport", 940000, "transport"),
            ("Tax", 412000, "tax"),
            ("Solidarity fund", 180000, "solidarity"),
        ],
    }


def _ways(number: str) -> dict[str, Any]:
    """What leads from page to page."""
    return {
        "task": [
            {"label": "Name", "state": "done", "url": "#steps"},
            {"label": "Place", "state": "now"},
            {"label": "Currency"},
            {"label": "First steward"},
        ],
        "tabs": [
            {"label": "Open", "url": "#tabs", "current": True, "count": 3},
            {"label": "Packing", "url": "#tabs", "count": 1},
            {"label": "Paid", "url": "#tabs", "count": 128},
        ],
        "crumbs": [
            {"label": "Rounds", "url": "#crumbs"},
            {"label": "26 November", "url": "#crumbs"},
            {"label": "Packing"},
        ],
        "page": Paginator(range(600), 30).get_page(number),
    }


def _wrong() -> forms.Form:
    data = {
        "name": "",
        "email": "amina@",
        "weight": "1.5.2",
        "paid": "8,4567",
        "place": "1",
        "note": "Kept as I typed it.",
    }
    return SampleForm(data, prefix=None, auto_id="wrong_%s")


def _nav(path: str) -> list[dict[str, Any]]:
    doors = [("Home", "home"), ("Shop", "basket"), ("Together", "together"), ("Neighbours", "neighbours"), ("Me", "me")]
    return [
        {
            "label": label,
            "icon": icon,
            "url": path,
            "current": label == "Shop",
            "count": 2 if label == "Together" else 0,
        }
        for label, icon in doors
    ]


def _table(today: date) -> Table:
    rows = [
        Row(["Huang Dacheng", "Daxin", Cell("ready", tone="ready"), "42.5 kg", "¥ 1,284.00"]),
        Row(["Meng's tea", "Sanjiang", Cell("since Friday", tone="late"), "6 packs", "¥ 312.50"]),
        Row(
            [
                Cell("Liucheng lake co-op", href="#table"),
                "Liucheng",
                Cell("today 20:00", tone="today"),
                "118 kg",
                "¥ 9,687.50",
            ]
        ),
        Row(["Wuxuan mill", "Wuxuan", "", "—", "¥ 0.00"], muted=True),
    ]
    columns: list[Column | str] = [
        "Farm",
        "Village",
        "State",
        Column("Goods", number=True),
        Column("To pay", number=True),
    ]
    return Table(f"Farmers of the round, {today.year}", columns, rows, foot=["Together", "", "", "", "¥ 11,284.00"])


_BALANCE = [8200, 6500, 3900, 13900, 11800, 9600, 8100, 6400, 2300, -1500, 15200, 13900, 12640, 12640]
_ROUND = [
    {
        "label": "Liuzhou store",
        "lat": 24.326,
        "lon": 109.412,
        "tone": "store",
        "number": 1,
        "note": "Load 38 crates",
        "value": "7:00",
        "done": True,
    },
    {"label": "Luzhai 鹿寨", "lat": 24.472, "lon": 109.736, "number": 2, "note": "12 crates", "value": "7:50"},
    {"label": "Xiangzhou", "lat": 23.958, "lon": 109.684, "number": 3, "note": "9 crates", "value": "9:05"},
    {"label": "Liucheng lake", "lat": 24.651, "lon": 109.245, "number": 4, "note": "17 crates", "value": "11:20"},
    {"label": "Rong'an", "lat": 25.224, "lon": 109.397, "number": 5, "note": "8 crates", "value": "12:40"},
]
_PROVENANCE = [
    {
        "label": "Sown and grown",
        "place": "Huang Dacheng, Daxin",
        "when": "since September",
        "note": "No spraying; visited in October.",
        "icon": "leaf",
    },
    {"label": "Picked", "place": "Lot 11-25, 42.5 kg", "when": "Wednesday 25 November", "icon": "crate"},
    {"label": "Driven 61 km", "place": "Round of the east", "when": "Thursday, 6:30–8:10", "icon": "truck"},
    {
        "label": "Weighed and packed",
        "place": "Yufeng Street store",
        "when": "Thursday, 11:40",
        "note": "Your bag: 1.04 kg.",
        "icon": "scales",
    },
    {"label": "Waits for you", "place": "Crate 14", "when": "until 19:00", "icon": "door", "done": False},
]
_GOODS = [
    {
        "kind": "leaf",
        "title": "Pak choi 小白菜",
        "note": "Farm in Daxin, 61 km · no spraying, visited in October",
        "minor": 420,
        "per": "jin",
        "base": "¥ 8.40 / kg",
        "count": "2",
    },
    {
        "kind": "egg",
        "title": "Eggs from the hill 土鸡蛋",
        "note": "Farm in Sanjiang, 148 km · last 12 boxes",
        "minor": 1800,
        "per": "10",
        "base": "",
        "count": "1",
    },
    {
        "kind": "root",
        "title": "Lotus root 莲藕",
        "note": "Liucheng lake co-op, 39 km · about 700 g, you pay what it weighs",
        "minor": 760,
        "per": "jin",
        "base": "¥ 15.20 / kg",
        "count": "",
    },
]
