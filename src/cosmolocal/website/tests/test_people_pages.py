"""Pages about people: who sees whom, what forms do, that lists ask the database the same number of times."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import operations as agents
from cosmolocal.agents import policy as agents_policy
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent, Helping, Invitation, JoinRequest, User
from cosmolocal.kernel import ids, jobs
from cosmolocal.kernel.models import JobTrouble, Operation

Browser = Callable[[Agent], Client]


def statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200
    return len(captured)


def add_many(local: Agent, number: int) -> None:
    for n in range(number):
        person = agents.add_member(by=local, name=f"Person {n}", phone=f"0772 {n}", code=f"{number}-{n}")
        agents.change_profile(by=person, agent=person, name=person.name, shown_to_members=True)
        agents.give_role(by=local, agent=person, role="packer")
        circle = agents.add_circle(by=local, name=f"Circle {number} {n}")
        agents.join(by=local, member=person, group=circle)
        agents.add_organisation(by=local, name=f"Organisation {n}")
        agents.add_place(by=local, name=f"Place {n}", latitude=24.0, longitude=109.0 + n / 10)
        agents.ask_to_join(by=agents_queries.system(), name=f"Asks {n}", email=f"a{number}.{n}@example.org")
        agents.invite(by=local, token=f"token {number} {n}")


@pytest.mark.parametrize(
    "path",
    [
        *("/people/", "/people/members/", "/people/roles/", "/people/circles/", "/people/organisations/"),
        *("/people/places/", "/people/requests/", "/people/invitations/", "/steward/", "/home/"),
    ],
)
def test_a_list_asks_as_often_for_30_rows_as_for_3(
    people: dict[str, Agent], signed_in: Browser, local: Agent, path: str
) -> None:
    browser = signed_in(people["steward"])
    add_many(local, 3)
    browser.get(path)
    few = statements(browser, path)
    add_many(local, 27)
    assert statements(browser, path) == few


def test_the_door_itself_asks_four_times(people: dict[str, Agent], signed_in: Browser) -> None:
    """Session, user, her groups, her roles; and the node's row."""
    assert statements(signed_in(people["member"]), "/about/") == 5
    assert statements(Client(), "/about/") == 1


def test_who_opens_whose_page(people: dict[str, Agent], signed_in: Browser) -> None:
    mine, other, steward = (people[role] for role in ("member", "other", "steward"))
    hers = agents_queries.household_of(other)
    assert hers is not None
    assert signed_in(mine).get(f"/people/{mine.pk}/").status_code == 200
    assert signed_in(mine).get(f"/people/{other.pk}/").status_code == 404
    assert signed_in(mine).get(f"/people/{hers.pk}/").status_code == 404
    assert signed_in(steward).get(f"/people/{other.pk}/").status_code == 200
    assert "steward@example.org" not in signed_in(mine).get(f"/people/{steward.pk}/").content.decode()


def test_a_household_is_shown_to_its_own_and_to_who_looks_after_people(
    people: dict[str, Agent], signed_in: Browser, local: Agent
) -> None:
    """Also where she herself is shown to everybody: money is recognised by the number of a household."""
    shown = people["other"]
    home = agents_queries.household_of(shown)
    assert home is not None
    agents.change_group(by=shown, group=home, name="Red gate", about="", is_public=False)
    Agent.objects.filter(pk=home.pk).update(code="H77")
    agents.change_profile(by=shown, agent=shown, name="Other", is_public=True, shown_to_members=True)
    lodger = agents.add_member(by=local, name="Lodger", household=home)
    User.objects.create_user(agent=lodger)
    agents.start_helping(by=people["steward"], helper=people["driver"], member=shown, consent="asked")
    for person in (shown, lodger, *(people[role] for role in ("driver", "steward", "treasurer", "auditor"))):
        page = signed_in(person).get(f"/people/{shown.pk}/").content.decode()
        assert {word for word in ("Red gate", "H77") if word in page} == {"Red gate", "H77"}, person.name
    for role in ("member", "packer", "keeper", "guest", "producer"):
        answer = signed_in(people[role]).get(f"/people/{shown.pk}/")
        assert answer.status_code == 200
        assert not {word for word in ("Red gate", "H77") if word in answer.content.decode()}, role


def test_no_two_households_are_called_alike(people: dict[str, Agent], signed_in: Browser, local: Agent) -> None:
    hers = agents_queries.household_of(people["other"])
    mine = agents_queries.household_of(people["member"])
    assert hers is not None
    assert mine is not None
    wish = {"key": ids.fresh_key(), "name": f" {hers.name}\u200b ", "about": "no nuts"}
    refused = signed_in(people["member"]).post("/people/household/name/", wish)
    assert refused.status_code == 422
    assert "add a word" in refused.content.decode()
    assert "no nuts" in refused.content.decode()
    kept = signed_in(people["member"]).post("/people/household/name/", wish | {"name": mine.name})
    assert kept.status_code == 302
    mine.refresh_from_db()
    assert mine.about == "no nuts"
    add = {"key": ids.fresh_key(), "name": "Wei", "role": "member", "household_name": hers.name}
    refused = signed_in(people["steward"]).post("/people/add/", add)
    assert refused.status_code == 422
    assert not Agent.objects.filter(name="Wei").exists()


def test_a_household_that_nobody_named_gets_a_number_behind_its_name(people: dict[str, Agent], local: Agent) -> None:
    """Two of one name come in; whose household has gone does not keep its name from others."""
    one, two, three = (agents.add_member(by=local, name="Wang Fang 王芳") for _number in range(3))
    assert [agents_queries.household_of(her).name for her in (one, two, three)] == [  # type: ignore[union-attr]
        *("Wang Fang 王芳", "Wang Fang 王芳 2", "Wang Fang 王芳 3")
    ]
    agents.leave(by=two, agent=two)
    again = agents_queries.household_of(agents.add_member(by=local, name="Wang Fang 王芳"))
    assert again is not None
    assert again.name == "Wang Fang 王芳 2"
    long = [agents.add_member(by=local, name="n" * 120) for _number in range(2)]
    assert [len(agents_queries.household_of(her).name) for her in long] == [120, 114]  # type: ignore[union-attr]


def test_an_auditor_reads_and_changes_nothing(people: dict[str, Agent], signed_in: Browser) -> None:
    auditor = signed_in(people["auditor"])
    page = auditor.get(f"/people/{people['member'].pk}/")
    assert page.status_code == 200
    assert "Show a code" not in page.content.decode()
    assert auditor.post(f"/people/{people['member'].pk}/code/").status_code == 403


def test_a_steward_adds_somebody_once(people: dict[str, Agent], signed_in: Browser) -> None:
    browser = signed_in(people["steward"])
    wish = {"key": ids.fresh_key(), "name": "Wei 韦", "role": "member", "household_name": "Wei", "code": "77"}
    first, again = browser.post("/people/add/", wish), browser.post("/people/add/", wish)
    assert first["Location"] == again["Location"]
    assert Agent.objects.filter(name="Wei 韦").count() == 1
    taken = browser.post("/people/add/", {**wish, "key": ids.fresh_key(), "name": "Jo", "household_name": "Jo"})
    assert taken.status_code == 422
    assert "somebody else&#x27;s already" in taken.content.decode()
    assert 'value="Jo"' in taken.content.decode()
    assert "Wei 韦" in browser.get("/people/?q=77").content.decode()


def test_roles_are_given_and_end(people: dict[str, Agent], signed_in: Browser) -> None:
    browser, member = signed_in(people["steward"]), people["member"]
    browser.post(f"/people/{member.pk}/role/", {"role": "driver"})
    assert agents_policy.holds(member, "driver")
    role = member.roles.get(name="driver")
    browser.post(f"/people/roles/{role.pk}/end/", {})
    assert not agents_policy.holds(member, "driver")


def test_an_invitation_brings_somebody_into_my_household(people: dict[str, Agent], signed_in: Browser) -> None:
    browser, stranger = signed_in(people["member"]), Client()
    key = ids.fresh_key()
    page = browser.post("/people/household/invite/", {"key": key}, follow=True)
    assert browser.post("/people/household/invite/", {"key": key}).status_code == 302
    assert Invitation.objects.count() == 1
    assert "<svg" in page.content.decode()
    link = re.search(r"/people/i/[\w-]+/", page.content.decode())
    assert link
    assert "shares this basket" not in stranger.get(link.group()).content.decode()
    stranger.post(link.group(), {"name": "Jo", "email": "jo@example.org"})
    jo = User.objects.get(email="jo@example.org").agent
    assert jo is not None
    assert agents_queries.household_of(jo) == agents_queries.household_of(people["member"])
    assert stranger.get("/home/").status_code == 200
    assert Client().get(link.group()).status_code == 404
    assert signed_in(people["other"]).get(f"/people/invitations/{Invitation.objects.get().pk}/").status_code == 404


def test_what_is_refused_does_not_use_up_an_invitation(people: dict[str, Agent], local: Agent) -> None:
    agents.invite(by=local, token="t0k3n")
    for name, email in (("Jo", "member@"), ("\u3164", "jo@example.org")):
        assert Client().post("/people/i/t0k3n/", {"name": name, "email": email}).status_code == 422
    assert Invitation.objects.get().uses_left == 1


def test_a_member_invites_nobody_as_steward(people: dict[str, Agent], signed_in: Browser) -> None:
    member = people["member"]
    assert signed_in(member).post("/people/invitations/", {"role": "steward"}).status_code == 403
    with pytest.raises(Exception, match="steward"):
        agents.invite(by=member, token="x", role="steward", household=agents_queries.household_of(member))


def test_somebody_asks_and_is_welcomed(people: dict[str, Agent], signed_in: Browser) -> None:
    Client().post("/people/ask/", {"name": "Sun Li", "email": "sun@example.org", "words": "<b>Hello</b>"})
    browser = signed_in(people["steward"])
    assert "1 person asks to join" in browser.get("/steward/").content.decode()
    page = browser.get("/people/requests/").content.decode()
    assert "&lt;b&gt;Hello" in page
    asked = JoinRequest.objects.get()
    browser.post(f"/people/requests/{asked.pk}/welcome/", {"key": "k"})
    browser.post(f"/people/requests/{asked.pk}/welcome/", {"key": "k"})
    assert User.objects.filter(email="sun@example.org").count() == 1
    late = browser.post(f"/people/requests/{asked.pk}/decline/", {"reason": "full"})
    assert late.status_code == 422


def test_asking_too_often_is_stopped(local: Agent) -> None:
    client = Client()
    answers = [client.post("/people/ask/", {"name": "x", "email": f"x{n}@example.org"}).status_code for n in range(7)]
    assert answers == [302] * 5 + [429] * 2


def test_a_helper_acts_for_somebody_and_both_names_are_kept(people: dict[str, Agent], signed_in: Browser) -> None:
    member, helper = people["member"], people["other"]
    browser = signed_in(helper)
    note = {"helper": helper.pk, "consent": "asked at the door"}
    assert signed_in(people["steward"]).post(f"/people/{member.pk}/helper/", note).status_code == 302
    helping = Helping.objects.get()
    assert signed_in(people["packer"]).post(f"/people/helping/{helping.pk}/act/").status_code == 404
    page = browser.post(f"/people/helping/{helping.pk}/act/", follow=True).content.decode()
    assert "You are acting for <strong>Member</strong>" in page
    wish = {"name": "Member M.", "sight": "own", "about": "", "language": ""}
    assert browser.post("/people/me/profile/", wish).status_code == 302
    member.refresh_from_db()
    assert member.name == "Member M."
    deed = Operation.objects.get(code="agents.change_profile")
    assert (deed.by, deed.on_behalf_of) == (helper, member)
    taken_over = browser.post("/people/me/contact/", {"email": "helper@example.org"})
    assert taken_over.status_code == 422
    browser.post("/people/helping/stop/")
    assert "acting for" not in browser.get("/home/").content.decode()
    browser.post(f"/people/helping/{helping.pk}/act/")
    agents.end_helping(by=member, helping=helping)
    assert "acting for" not in browser.get("/home/").content.decode()


def test_who_is_under_age_stands_on_no_public_page(people: dict[str, Agent], signed_in: Browser) -> None:
    member = people["member"]
    agents.change_profile(
        by=member, agent=member, name="Member", about="I bake.", is_public=True, shown_to_members=True
    )
    assert "I bake." in Client().get("/").content.decode()
    signed_in(people["steward"]).post(f"/people/{member.pk}/age/", {"minor": "1"})
    assert "I bake." not in Client().get("/").content.decode()
    assert not agents_queries.visible_to(agents_queries.STRANGER).filter(pk=member.pk).exists()
    again = signed_in(member).post("/people/me/profile/", {"name": "Member", "sight": "public"})
    assert again.status_code == 422


def test_a_steward_notes_that_somebody_has_left(people: dict[str, Agent], signed_in: Browser) -> None:
    browser, member = signed_in(people["steward"]), people["member"]
    assert browser.post(f"/steward/leaves/{member.pk}/", {"sure": "on"}).status_code == 302
    page = browser.get(f"/people/{member.pk}/").content.decode()
    assert "has left" in page
    assert "taken out of the books on" in page
    assert "Show a code" not in page


def test_a_farm_gets_a_place_and_other_words(people: dict[str, Agent], signed_in: Browser, local: Agent) -> None:
    farm = agents_queries.producers_of(people["producer"])[0]
    place = agents.add_place(by=local, name="Daxin", latitude=24.4, longitude=109.2)
    wish = {"name": "Huang's", "about": "Greens", "place": place.pk, "buys": "", "is_public": "on"}
    browser = signed_in(people["steward"])
    assert browser.post(f"/people/{farm.pk}/edit/", wish).status_code == 302
    page = browser.get(f"/people/{farm.pk}/").content.decode()
    assert "Daxin" in page
    assert "Greens" in page
    assert "Greens" in Client().get("/").content.decode()


def test_stuck_work_is_tried_again_where_this_node_asked_for_it(
    people: dict[str, Agent], signed_in: Browser, local: Agent
) -> None:
    name, args, _attempt, key, mark = jobs.marked("website.open_accounts", [local.pk], "job:1")
    values = {"name": name, "key": key, "sentence": "No connection", "at": local.created_at}
    trouble = JobTrouble.objects.create(args=args, mark=mark, **values)
    strange = JobTrouble.objects.create(args=[people["member"].pk], mark=mark, code="jobs.not_ours", **values)
    browser = signed_in(people["steward"])
    page = browser.get("/steward/stuck/").content.decode()
    assert "No connection" in page
    assert [f"/{one.pk}/again/" in page for one in (trouble, strange)] == [True, False]
    browser.post(f"/steward/stuck/{trouble.pk}/again/")
    assert (
        "does not carry this node" in browser.post(f"/steward/stuck/{strange.pk}/again/", follow=True).content.decode()
    )
    assert list(JobTrouble.objects.filter(settled_at=None)) == [strange]
    waiting = DBTaskResult.objects.filter(status="READY", args_kwargs__args__0=name)
    assert [local.pk] in [one.args_kwargs["args"][1] for one in waiting]


def test_the_local_changes_its_name_and_keeps_its_currency(people: dict[str, Agent], signed_in: Browser) -> None:
    browser = signed_in(people["steward"])
    wish = {"name": "爱农会", "place_name": "柳州", "zone": "Asia/Shanghai", "language": "en", "practices": ["shop"]}
    assert browser.post("/steward/local/", wish).status_code == 302
    page = browser.get("/home/").content.decode()
    assert "爱农会" in page
    assert "柳州" in page
    assert browser.post("/steward/local/", {**wish, "zone": "Mars/Olympus"}).status_code == 422


def test_who_may_only_read_sees_no_form_with_phone_and_mail(people: dict[str, Agent], signed_in: Browser) -> None:
    member = people["member"]
    path = f"/people/{member.pk}/contact/"
    assert signed_in(people["steward"]).get(path).status_code == 200
    answer = signed_in(people["auditor"]).get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{member.pk}/")
