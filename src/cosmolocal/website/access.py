"""Who may open which address: the tables of all apps in one, and what stands in none is refused."""

from functools import cache
from importlib import import_module

from cosmolocal.kernel.practices import installed

APPS = ("config", "website", "agents", "messages", "money", "catalog", "handovers", "paper", "look")

# Addresses that django-allauth brings along; whatever of it stands not here, nobody opens.
ALLAUTH = {
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


@cache
def table() -> dict[str, str]:
    """Address name (with its namespace) -> the word that says who may open it."""
    found = dict(ALLAUTH)
    modules = [f"cosmolocal.{app}.urls" for app in APPS]
    modules += [practice.urls for practice in installed() if practice.urls]
    for name in modules:
        module = import_module(name)
        space = getattr(module, "app_name", "")
        for address, access in getattr(module, "ACCESS", {}).items():
            found[address if ":" in address or not space else f"{space}:{address}"] = access
    return found


def stated(name: str) -> str:
    """What is stated about an address; an empty word, which lets nobody in, where nothing is."""
    return table().get(name, "")
