"""Every deed against every role: by reading its permit paragraph, and by letting everybody try it in a local's life."""

import importlib
import pkgutil

import pytest

import cosmolocal
from cosmolocal.agents import demo as agents_demo
from cosmolocal.agents import operations as agents
from cosmolocal.agents import queries as agents_queries
from cosmolocal.agents.models import Agent
from cosmolocal.agents.operations import ContactDraft, LocalDraft
from cosmolocal.kernel import operation as kernel_operation
from cosmolocal.website.tests.asked import LENT, TABLE, when_lent, who_may
from cosmolocal.website.tests.contract import none_of
from cosmolocal.website.tests.lively import farmers, live
from cosmolocal.website.tests.walking import Walk, watching

PERMISSION = {
    *("agents.not_allowed", "agents.other_place", "agents.not_yours"),
    *("agents.may_not_vote", "agents.mail_is_hers"),
}
ENTRANCES = ("views", "pages", "forms", "middleware")


def modules() -> list[str]:
    return [
        found.name
        for found in pkgutil.walk_packages(cosmolocal.__path__, "cosmolocal.")
        if not {"tests", "migrations"} & set(found.name.split("."))
    ]


@pytest.fixture(scope="module")
def declared() -> dict[str, kernel_operation.Spec]:
    """Every operation of the project, loaded or not."""
    for name in modules():
        if "operations" in name.split(".") or name.endswith(".approvals"):
            importlib.import_module(name)
    return {code: spec for code, spec in kernel_operation.declared.items() if ".tests." not in spec.run.__module__}


@pytest.mark.once
def test_each_permits_whom_the_table_says(declared: dict[str, kernel_operation.Spec]) -> None:
    none_of(who_may(declared))
    assert TABLE.keys() <= declared.keys(), "stated of a deed that is gone"


@pytest.mark.once
def test_each_says_to_a_lent_session_what_the_table_says(declared: dict[str, kernel_operation.Spec]) -> None:
    none_of(when_lent(declared))
    assert LENT.keys() <= declared.keys(), "stated of a deed that is gone"


@pytest.mark.once
def test_what_is_inside_other_deeds_is_called_by_no_page(declared: dict[str, kernel_operation.Spec]) -> None:
    inside = {declared[code].run for code, who in TABLE.items() if who == "inside"}
    wrong = []
    for name in modules():
        if any(part in ENTRANCES for part in name.split(".")):
            module = importlib.import_module(name)
            for alias, value in vars(module).items():
                reached = {value} if callable(value) else set()
                if getattr(value, "__name__", "").endswith(".flows.operations"):
                    wrong.append(f"{name}: {alias}")
                wrong += [f"{name}: {alias}" for function in inside if function in reached]
    assert wrong == []


def test_everybody_tries_everything(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before each deed in the life of a small local, all others try it first."""
    walk = Walk()
    with watching(walk, monkeypatch):
        _live(walk)
        _look_after()
    wrong = []
    for code in walk.walked:
        allowed = set(TABLE[code].split())
        could, refused = walk.could[code], walk.refused[code]
        if not could <= allowed:
            wrong.append(f"{code}: {sorted(could - allowed)} could, stated {sorted(allowed)}")
        wrong += [f"{code}: {role} was told {why}" for role, why in refused.items() if not _fits(why, role, allowed)]
        wrong += [
            f"{code}: a lent session was told {why or 'yes'}" for why in walk.lent[code] if not _lent_fits(code, why)
        ]
    assert wrong == []
    assert sum(LENT.get(code) == "no" for code in walk.lent) >= 5
    assert len(walk.walked) > 50


def _fits(why: str, role: str, allowed: set[str]) -> bool:
    """Who may not is told so, and not something about the matter itself."""
    return why in PERMISSION or role in allowed


def _lent_fits(code: str, why: str) -> bool:
    """What is never done in a lent session is refused for this reason; all else that could be done still can."""
    word = LENT.get(code, "partly")
    return word == "partly" or why == ("agents.session_lent" if word == "no" else "")


def _live(walk: Walk) -> None:
    by = agents_queries.system()

    def meet(village: agents_demo.Village) -> None:
        roles = walk.people or _roles(by, village)
        walk.people = {**roles, **farmers()}

    live(by, meet)


def _roles(by: Agent, village: agents_demo.Village) -> dict[str, Agent]:
    found = {name: village.people[name] for name in ("packer", "keeper", "treasurer", "auditor", "steward")}
    found["guest"] = agents.add_member(by=by, name="Guest", role="guest")
    found["other"] = agents.add_member(by=by, name="Other")
    found["driver"] = agents.add_member(by=by, name="Driver")
    agents.give_role(by=by, agent=found["driver"], role="driver")
    return found


def _look_after() -> None:
    """What stewards and members do about people."""
    by = agents_queries.system()
    jo = agents.add_member(by=by, name="Jo", email="jo@example.org", household_name="Jo")
    home = agents_queries.household_of(jo)
    assert home is not None
    circle = agents.add_circle(by=by, name="Kitchen")
    agents.join(by=by, member=jo, group=circle)
    agents.leave_group(by=by, member=jo, group=circle)
    role = agents.give_role(by=by, agent=jo, role="packer")
    assert role is not None
    agents.end_role(by=by, role=role)
    place = agents.add_place(by=by, name="Gate")
    draft = {"latitude": None, "longitude": None, "address": "", "is_handover": True}
    agents.change_place(by=by, place=place, name="East gate", **draft)
    agents.change_contact(by=jo, agent=jo, contact=ContactDraft(email="jo@example.org", phone="1"))
    agents.change_profile(by=jo, agent=jo, name="Jo")
    agents.change_group(by=jo, group=home, name="Jo's", about="", is_public=False)
    agents.change_local(by=by, draft=LocalDraft("Ainonghui", zone="Asia/Shanghai"))
    agents.set_place(by=by, agent=home, place=place)
    agents.note_age(by=by, agent=jo, is_minor=False)
    agents.make_sign_in_code(by=by, on_behalf_of=jo, code="ABCD2345")
    agents.use_sign_in_code(by=by, code="ABCD2345")
    passkey = agents.add_passkey(by=jo, user=jo.user, name="Phone", credential={})
    agents.rename_passkey(by=jo, passkey=passkey, name="Old phone")
    agents.remove_passkey(by=jo, passkey=passkey)
    agents.sign_out_everywhere(by=jo, agent=jo)
    agents.invite(by=by, token="a", role="steward")
    invitation = agents.invite(by=jo, token="b", household=home)
    newcomer = agents.accept_invitation(by=by, token="b", name="Newcomer")
    agents.withdraw_invitation(by=jo, invitation=invitation)
    agents.forget_ways_in(by=by, invitations=[invitation.pk])
    agents.welcome(by=by, request=agents.ask_to_join(by=by, name="Sun", phone="1"))
    agents.decline(by=by, request=agents.ask_to_join(by=by, name="Yang", phone="2"), reason="later")
    helping = agents.start_helping(by=jo, helper=newcomer, member=jo, consent="yes")
    agents.end_helping(by=jo, helping=helping)
    agents.leave(by=jo, agent=jo)
    agents.anonymise_due(by=by)
