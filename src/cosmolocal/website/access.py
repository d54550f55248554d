"""Who may open which address, by what its view states (`@open_to`); a view that states nothing is refused."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Addresses whose views others wrote: Django's, and django-allauth's; whatever of theirs stands not here, nobody opens.
OF_OTHERS = {
    "set_language": "anyone",
    "account_login": "anyone",
    "account_logout": "signed_in",
    "account_request_login_code": "anyone",
    "account_confirm_login_code": "anyone",
    "account_inactive": "anyone",
    "account_reauthenticate": "signed_in",
    "mfa_index": "signed_in",
    "mfa_list_webauthn": "signed_in",
    "mfa_add_webauthn": "signed_in",
    "mfa_remove_webauthn": "signed_in",
    "mfa_edit_webauthn": "signed_in",
    "mfa_login_webauthn": "anyone",
    "mfa_reauthenticate_webauthn": "signed_in",
    "mfa_reauthenticate": "signed_in",
    "mfa_authenticate": "anyone",
}
# Open while the local is still being set up.
BEFORE_SETUP = frozenset(
    {"healthz", "readyz", "set_language", "look:theme", "setup", "setup_world", "bring_back", "bringing_back"}
)


def of_view(name: str, view: Callable[..., Any]) -> str:
    """What is stated for the address of that name, answered by `view`; an empty word, which lets nobody in, where
    nothing is.
    """
    return str(getattr(view, "open_to", "") or OF_OTHERS.get(name, ""))


def stated(name: str) -> str:
    """What is stated about an address by its name."""
    return _table().get(name, "")


def addresses() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Every address of the node: its name with the namespace, its path, its view."""
    yield from _inside(get_resolver().url_patterns, "/", "")


def _inside(
    patterns: list[URLPattern | URLResolver], prefix: str, space: str
) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _inside(pattern.url_patterns, path, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield space + (pattern.name or ""), path, pattern.callback


@cache
def _table() -> dict[str, str]:
    return {name: of_view(name, view) for name, _path, view in addresses()}
