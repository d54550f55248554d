"""The feed of vehicles, asked of the validator that others use."""

import json
from pathlib import Path

from django.test import Client
from django.urls import reverse
from gbfs_validator import GBFS

from cosmolocal.agents import operations as agents
from cosmolocal.bookings import operations as bookings
from cosmolocal.bookings.operations import ThingDraft
from cosmolocal.bookings.tests.village import HOURLY
from cosmolocal.kernel import clock


def test_the_feed_is_as_its_format_says_and_tells_of_nobody(village, settings, tmp_path: Path):
    settings.PUBLIC_URL, settings.DEFAULT_FROM_EMAIL = "https://feed.example.org", "local@feed.example.org"
    place = agents.add_place(by=village.house, name="Store", latitude=24.31, longitude=109.41)
    for name, kind in (("Bike", "bike"), ("Second bike", "bike"), ("Van", "car")):
        draft = ThingDraft(kind, name, place=place, code="1234")
        bookings.change_thing(by=village.li_na, thing=village.things[name], draft=draft, terms=HOURLY)
    booking = village.book(village.amina, "Bike", 0, 2)
    village.out(booking, 0)
    bookings.block(by=village.li_na, thing=village.things["Van"], begins=village.at(0), ends=village.at(9))
    with clock.frozen_at(village.at(3)):
        files = {
            name: Client().get(reverse("sharing:gbfs", args=[name])).json()
            for name in ("gbfs", "system_information", "vehicle_types", "vehicle_status")
        }
    vehicles = files["vehicle_status"]["data"]["vehicles"]
    assert [(one["is_reserved"], one["is_disabled"]) for one in vehicles] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert "Amina" not in json.dumps(files)
    for feed in files["gbfs"]["data"]["feeds"]:
        feed["url"] = (tmp_path / f"{feed['name']}.json").as_uri()
    for name, made in files.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(made))
    report = GBFS((tmp_path / "gbfs.json").as_uri(), freefloating=True).validation()
    assert report["summary"]["version"]["detected"] == "3.0"
    found = [part for file in report["files"] for part in file.get("languages", [file])]
    assert [part["errors"] for part in found if part.get("errors")] == []
    assert (report["summary"]["hasErrors"], report["summary"]["errorsCount"]) == (False, 0)
    assert Client().get(reverse("sharing:gbfs", args=["stations"])).status_code == 404
