"""The table of actions says what the ontology says, word by word."""

import os
from pathlib import Path

import pytest

from cosmolocal.flows.actions import ACTIONS

pytestmark = pytest.mark.once

_HOME = Path(__file__).resolve().parents[5]
_PLACES = [os.environ.get("VALUEFLOWS_TTL", ""), _HOME / "shared" / "data" / "valueflows" / "all_vf.ttl"]
# Our field -> the ontology's property.
_PROPERTIES = {
    "flow": "inputOutput",
    "pairs": "pairsWith",
    "creates": "createResource",
    "counts": "eventQuantity",
    "accounting": "accountingEffect",
    "onhand": "onhandEffect",
    "location": "locationEffect",
    "contained": "containedEffect",
    "accountable": "accountableEffect",
    "stage": "stageEffect",
    "state": "stateEffect",
}
_WORDS = {"notApplicable": "", "outputInput": "both"}


def _ontology() -> dict[str, dict[str, str]]:
    rdflib = pytest.importorskip("rdflib", reason="rdflib reads the ontology")
    files = [Path(place) for place in _PLACES if place and Path(place).exists()]
    if not files:
        pytest.skip("the ontology of Valueflows (all_vf.ttl) is not at hand; VALUEFLOWS_TTL names it")
    graph = rdflib.Graph().parse(files[0])
    vf = rdflib.Namespace(dict(graph.namespaces())["vf"])
    found = {}
    for action in graph.subjects(rdflib.RDF.type, vf.Action):
        words = {name: str(graph.value(action, vf[prop])).removeprefix(str(vf)) for name, prop in _PROPERTIES.items()}
        found[str(action).removeprefix(str(vf))] = {name: _WORDS.get(word, word) for name, word in words.items()}
    return found


def test_all_actions_and_effects_are_those_of_the_ontology():
    ours = {name: {field: getattr(action, field) for field in _PROPERTIES} for name, action in ACTIONS.items()}
    assert ours == _ontology()


def test_there_are_nineteen():
    assert len(ACTIONS) == 19


@pytest.mark.parametrize(
    ("name", "accounting", "onhand"),
    [
        ("produce", (1, 0), (1, 0)),
        ("consume", (-1, 0), (-1, 0)),
        ("pickup", (0, 0), (-1, 0)),
        ("dropoff", (0, 0), (1, 0)),
        ("transfer", (-1, 1), (-1, 1)),
        ("transferCustody", (0, 0), (-1, 1)),
        ("transferAllRights", (-1, 1), (0, 0)),
        ("copy", (0, 1), (0, 1)),
        ("lower", (-1, 0), (-1, 0)),
        ("use", (0, 0), (0, 0)),
    ],
)
def test_signs(name, accounting, onhand):
    assert (ACTIONS[name].accounting_signs, ACTIONS[name].onhand_signs) == (accounting, onhand)
