"""Who may open a page, said on the page itself; what says nothing is opened by nobody."""

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])


def open_to(who: str) -> Callable[[View], View]:
    """States on a view who may open it: a word of `agents.policy.may_enter` ("anyone", "signed_in", "steward",
    "auditor_reads" …), or a task that a practice brings. The website's middleware asks before the view runs.
    """

    def state(view: View) -> View:
        view.open_to = who  # type: ignore[attr-defined]
        return view

    return state
