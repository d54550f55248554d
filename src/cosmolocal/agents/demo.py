"""The people of the demo: a local modelled on Ainonghui in Liuzhou, with invented names, built through operations."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from cosmolocal.agents import operations
from cosmolocal.agents.models import Agent, Place
from cosmolocal.agents.operations import ContactDraft, LocalDraft
from cosmolocal.agents.queries import system

ABOUT = (
    "Citizens of Liuzhou who found no food they could trust went to the villages around the city and began to buy "
    "directly. Today we run four restaurants and a store together, pay farmers what was agreed, and show where each "
    "yuan goes."
)
# One-click roles of the demo: the word in the address, its name on the button, and who she is.
ROLES: tuple[tuple[str, Any, Any], ...] = (
    ("steward", _("Steward"), _("Li Na keeps the rounds going")),
    ("treasurer", _("Treasurer"), _("Wei Guo keeps the books")),
    ("second-treasurer", _("Second treasurer"), _("Zhu Hong agrees before money leaves")),
    ("auditor", _("Auditor"), _("Pan Yue reads all and changes nothing")),
    ("packer", _("Packer"), _("Tan Mei packs on Thursdays")),
    ("keeper", _("Hand-over keeper"), _("Lu Jing hands over at Yufeng Street")),
    ("producer", _("Farmer"), _("Huang Dacheng grows greens in Daxin")),
    ("member", _("Member"), _("Amina Chen orders for her family")),
    ("cook", _("Cook"), _("Zhou Ming cooks at the Riverside restaurant")),
    ("helper", _("Helper"), _("Mo Lan helps Grandmother Qin, who has no phone")),
)
RESTAURANTS = (
    "Riverside restaurant 江滨农家馆",
    "Yufeng kitchen 鱼峰小馆",
    "Longtan tea house 龙潭茶馆",
    "Railway canteen 铁路食堂",
)
# Who stands on the public page, with which words.
SHOWN = {
    "steward": "I plan the rounds. Ask me anything, I am at the store on Thursdays.",
    "keeper": "Come by at Yufeng Street while we hand over: look, taste, ask the farmers.",
}
# Name: what it looks after, and who of the one-click roles belongs to it.
CIRCLES = {
    "Money circle": (
        "We look at every payment before it leaves: two of us say yes to each list.",
        ("steward", "treasurer", "second-treasurer", "member"),
    ),
    "Packing circle": (
        "Thursdays from 14:00 at Yufeng Street. Whoever has two hours is welcome.",
        ("packer", "keeper", "helper", "member"),
    ),
}
_FAMILY = (
    "Chen 陈",
    "Li 李",
    "Wei 韦",
    "Qin 覃",
    "Huang 黄",
    "Liang 梁",
    "Lu 陆",
    "Mo 莫",
    "Pan 潘",
    "Tan 谭",
    "Luo 罗",
    "Liao 廖",
    "Nong 农",
    "Zhou 周",
    "Tang 唐",
    "He 何",
    "Meng 蒙",
    "Lan 蓝",
    "Deng 邓",
    "Su 苏",
)
_GIVEN = (
    "Mei 梅",
    "Jing 静",
    "Hong 红",
    "Ying 英",
    "Lan 兰",
    "Yan 燕",
    "Fang 芳",
    "Ping 萍",
    "Hua 华",
    "Qiang 强",
    "Jun 军",
    "Wei 伟",
    "Bo 波",
    "Gang 刚",
    "Ming 明",
    "Tao 涛",
    "Lei 磊",
    "Xia 霞",
    "Yu 玉",
    "Ling 玲",
    "Dan 丹",
    "Xin 欣",
    "Rui 瑞",
    "Chun 春",
    "Qiu 秋",
    "Yun 云",
)


def mail_of(role: str) -> str:
    """The mail address with which the person of a one-click role signs in."""
    return f"{role}@ainonghui.example"


@dataclass
class Village:
    """Who lives in the demo."""

    local: Agent
    store: Place
    people: dict[str, Agent] = field(default_factory=dict)
    restaurants: list[Agent] = field(default_factory=list)
    households: list[Agent] = field(default_factory=list)
    circles: dict[str, Agent] = field(default_factory=dict)


def found_ainonghui(today: date, households: int = 120) -> Village:
    """The local, four restaurants, `households` households and the people of the one-click roles."""
    by = system()
    local = operations.found_local(
        by=by,
        draft=LocalDraft(
            name="Ainonghui 爱农会",
            place_name="Liuzhou",
            latitude=24.3264,
            longitude=109.4124,
            zone="Asia/Shanghai",
            currency="CNY",
            about=ABOUT,
            is_demo=True,
        ),
    )
    store = operations.add_place(
        by=by,
        name="Yufeng Street store",
        latitude=24.3146,
        longitude=109.4211,
        address="Yufeng Street 18",
        is_handover=True,
    )
    operations.add_place(
        by=by, name="Longtan gate", latitude=24.2986, longitude=109.4263, address="Longtan Road 5", is_handover=True
    )
    village = Village(local, store)
    _add_restaurants(village, by, today)
    _add_households(village, by, today, households)
    _add_named_people(village, by, today)
    return village


def add_farmers(farms: Mapping[str, Agent], today: date) -> Agent:
    """How the farms are reached and paid, and Huang Dacheng, who speaks for the first of them."""
    by = system()
    for number, (village, farm) in enumerate(farms.items()):
        contact = ContactDraft(
            email=f"{village.lower().replace(chr(39), '')}@farms.example",
            phone=f"138 0772 00{number:02}",
            iban=f"6228 4808 {number + 10} 7700 {number * 137 % 9000 + 1000}",
            bank_name="Rural credit cooperative",
        )
        operations.change_contact(by=by, agent=farm, contact=contact)
    farmer = operations.add_person(by=by, name="Huang Dacheng 黄大成", contact=ContactDraft(email=mail_of("producer")))
    operations.make_user(by=by, agent=farmer, email=mail_of("producer"))
    operations.join(by=by, member=farmer, group=next(iter(farms.values())), since=today - timedelta(days=700))
    return farmer


def _add_restaurants(village: Village, by: Agent, today: date) -> None:
    for number, name in enumerate(RESTAURANTS):
        place = operations.add_place(
            by=by, name=name, latitude=24.31 + number * 0.008, longitude=109.40 + number * 0.011
        )
        contact = ContactDraft(email=f"r{number}@restaurants.example", phone=f"0772 28800{number}")
        restaurant = operations.add_organisation(
            by=by, name=name, group="restaurant", code=f"R{number + 1:02}", place=place, contact=contact
        )
        operations.join(by=by, member=restaurant, group=village.local, since=today - timedelta(days=900))
        village.restaurants.append(restaurant)


def _add_households(village: Village, by: Agent, today: date, count: int) -> None:
    chance = random.Random(20051)  # noqa: S311 - the same village each time
    for number in range(count):
        family, given = chance.choice(_FAMILY), chance.choice(_GIVEN)
        person = operations.add_member(
            by=by,
            name=f"{family.split()[0]} {given.split()[0]} {family.split()[1]}{given.split()[1]}",
            email=f"household{number + 1}@members.example" if number % 9 else "",
            phone=f"139 7802 {number:04}",
            household_name=f"{family.split()[0]} household, {_street(chance)}",
            joined=today - timedelta(days=chance.randrange(20, 2000)),
            code=f"H{number + 1:03}",
        )
        village.households.append(_home_of(person))


def _home_of(person: Agent) -> Agent:
    return person.memberships.get(group__kind=Agent.Kind.HOUSEHOLD).group


def _street(chance: random.Random) -> str:
    street = chance.choice(
        ("Yufeng Street", "Longtan Road", "Wenhui Bridge", "Jiefang Road", "Ma'anshan Lane", "Feie Road")
    )
    return f"{street} {chance.randrange(2, 160)}"


def _add_named_people(village: Village, by: Agent, today: date) -> None:
    since = today - timedelta(days=700)
    houses = iter(village.households)
    plain = {
        "steward": ("Li Na 李娜", "steward"),
        "treasurer": ("Wei Guo 韦国", "treasurer"),
        "auditor": ("Pan Yue 潘月", "auditor"),
        "packer": ("Tan Mei 谭梅", "packer"),
        "keeper": ("Lu Jing 陆静", "keeper"),
        "member": ("Amina Chen 陈阿米娜", ""),
        "helper": ("Mo Lan 莫兰", ""),
        "second-treasurer": ("Zhu Hong 朱红", "treasurer"),
    }
    for code, (name, role) in plain.items():
        person = operations.add_member(by=by, name=name, email=mail_of(code), household=next(houses), joined=since)
        village.people[code] = person
        if role:
            place = village.store if role == "keeper" else None
            operations.give_role(by=by, agent=person, role=role, place=place, since=since)
    for code, about in SHOWN.items():
        person = village.people[code]
        operations.change_profile(by=by, agent=person, name=person.name, about=about, is_public=True)
    _add_those_who_act_for_others(village, by, since)
    for name, (about, members) in CIRCLES.items():
        village.circles[name] = operations.add_circle(by=by, name=name, about=about)
        for code in members:
            operations.join(by=by, member=village.people[code], group=village.circles[name], since=since)


def _add_those_who_act_for_others(village: Village, by: Agent, since: date) -> None:
    cook = operations.add_person(by=by, name="Zhou Ming 周明", contact=ContactDraft(email=mail_of("cook")))
    operations.join(by=by, member=cook, group=village.local, since=since)
    operations.join(by=by, member=cook, group=village.restaurants[0], since=since)
    operations.make_user(by=by, agent=cook, email=mail_of("cook"))
    village.people["cook"] = cook
    grandmother = operations.add_member(
        by=by, name="Grandmother Qin 覃奶奶", household_name="Grandmother Qin", code="H900", joined=since
    )
    village.people["grandmother"] = grandmother
    village.households.append(_home_of(grandmother))
    operations.start_helping(
        by=by,
        helper=village.people["helper"],
        member=grandmother,
        consent="Asked at her door on 3 May, with her daughter",
    )
