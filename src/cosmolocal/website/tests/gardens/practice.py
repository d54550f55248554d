"""What it gives to the house."""

from datetime import timedelta

from cosmolocal.agents.policy import MEMBER
from cosmolocal.kernel import clock
from cosmolocal.kernel.practices import Card, NavItem, Practice, Task
from cosmolocal.messages.rules import DIGEST, Event
from cosmolocal.website.tests.gardens.how import questions

promised: list[str] = []


def member_cards(reader):
    """One for each band of a home page."""
    days = {"Sowing day": 2, "Harvest feast": 30}
    later = [Card(title, when=clock.now() + timedelta(days=n)) for title, n in days.items()]
    return [*later, Card("Your plot is dry", tone="today", deed="Water", url="/gardens/")]


practice = Practice(
    name="gardens",
    title="Gardens",
    icon="leaf",
    offer="Plots to share, and who waters them.",
    urls="cosmolocal.website.tests.gardens.urls",
    entry="gardens:home",
    desks=(NavItem("gardens:desk", "Watering", "sun", ("gardener",)),),
    me=(NavItem("gardens:home", "My plot", "leaf", (MEMBER,), "what grows there"),),
    settings="gardens:how",
    questions=questions,
    tasks=(Task("gardener", "gardener", at_places=True),),
    letters={"frost": Event("Frost is coming", DIGEST, True)},
    member_cards=member_cards,
    steward_cards=lambda agent: [Card("A plot is free", "Who wants it?", deed="Look", url="/gardens/")],
    unfinished=lambda: promised,
)
