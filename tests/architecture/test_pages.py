"""Pages are made by one set of helpers, agents/pages.py: how a refusal is shown and a number read."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture import source

pytestmark = pytest.mark.once

HELPERS = "agents/pages.py"
# Views that answer a refusal themselves: what their page needs that no form and no button has.
OWN_ANSWERS = {
    "handovers/views/packing.py:tick": "a line of a crate, a part for htmx: a question or refusal in its place",
    "handovers/views/paper.py:_save": "a sheet of paper: what is right of it is saved, the rest stands as it was typed",
    "messages/views.py:link": "a link that is dead: a page of its own, with 410",
    "money/views/opening.py:_refusal_of": "asks what would be refused, and does nothing",
    "practices/shop/orders/views/ordering.py:_order": "marks what cannot be had, or shows two orders side by side",
    "website/views/setup.py:_answered": "the last step of six, kept in the session",
}
SENT = {"GET", "POST"}
READS = {"int", "whole"}
FORMS = {"look/form.html", "look/check_answers.html"}


def functions(path) -> Iterator[source.Function]:
    return (node for node in source.tree(path).body if isinstance(node, source.Function))


def views() -> Iterator[tuple[str, source.Function]]:
    for place, path in source.modules():
        if source.is_part(place, "views"):
            for function in functions(path):
                yield f"{place}:{function.name}", function


def catches(function: source.Function) -> bool:
    handlers = (node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler))
    return any("Refusal" in ast.unparse(one.type) for one in handlers if one.type is not None)


def reads_numbers(function: source.Function) -> bool:
    """Makes a number of what an address or a form brought, straight away."""
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        if ast.unparse(call.func).split(".")[-1] in READS:
            parts = (node for arg in call.args for node in ast.walk(arg) if isinstance(node, ast.Attribute))
            if any(part.attr in SENT | {"cleaned_data"} for part in parts):
                return True
    return False


def test_a_refusal_is_shown_by_the_helpers() -> None:
    found = {name for name, function in views() if catches(function)}
    source.complain("Let form_page or post answer, or say what the page needs", sorted(found - OWN_ANSWERS.keys()))
    source.complain("No view that answers a refusal itself", sorted(OWN_ANSWERS.keys() - found))


def test_a_number_of_an_address_is_read_by_the_helper() -> None:
    source.complain("Read it by number or numbers", [name for name, function in views() if reads_numbers(function)])


def test_forms_and_their_keys_are_the_helpers() -> None:
    """Who draws the page of a form by hand, or takes its key, does again what form_page and post do."""
    found = []
    for name, function in views():
        words = {node.value for node in ast.walk(function) if isinstance(node, ast.Constant)}
        drawn = [word for word in words & FORMS if f"render(request, '{word}'" in ast.unparse(function)]
        keyed = [one for one in ("POST.get('key'", "POST['key']") if one in ast.unparse(function)]
        found += [f"{name}: {what}" for what in drawn + keyed]
    source.complain("Let form_page draw it, or key_of take it", found)


def test_each_helper_is_written_once() -> None:
    [helpers] = [path for place, path in source.modules() if place == HELPERS]
    names = {function.name for function in functions(helpers)} - {"post", "file"}  # a view may be called so
    again = [
        f"{place}:{function.name}"
        for place, path in source.modules()
        if place != HELPERS and source.is_part(place, "views")
        for function in functions(path)
        if function.name in names
    ]
    source.complain("agents/pages.py has it already", again)


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("def view(request):\n    return int(request.GET.get('of', 0))", True),
        ("def view(request):\n    return outside.whole(request.POST.get('of'))", True),
        ("def view(request):\n    return int(form.cleaned_data['of'])", True),
        ("def view(request):\n    return number(request.GET, 'of')", False),
    ],
)
def test_the_reading_sees_numbers(code: str, is_found: bool) -> None:
    [function] = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    assert reads_numbers(function) == is_found


def test_the_reading_sees_refusals() -> None:
    [function] = ast.parse("def view():\n    try:\n        act()\n    except (Asked, Refusal):\n        pass").body
    assert isinstance(function, ast.FunctionDef)
    assert catches(function)
