"""Where a request came from: the address that speaks to the node, or the one a trusted proxy saw.

Imports no Django: the front of the web server asks before a page runs.
"""

import ipaddress
from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TOLD_BY_PROXIES = (
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT"),
    *("HTTP_FORWARDED", "HTTP_X_REAL_IP"),
)
_V6_HOME = 64  # bits: what a provider gives to one home


def networks(words: str) -> tuple[Network, ...]:
    """`127.0.0.1, 10.0.0.0/8` as networks. Raises ValueError for what is none."""
    return tuple(ipaddress.ip_network(word.strip(), strict=False) for word in words.split(",") if word.strip())


def settle(head: MutableMapping[str, Any], trusted: tuple[Network, ...]) -> None:
    """Puts the asker's own address and scheme into a WSGI environment, and takes out whatever anybody may claim.

    The list of a proxy is read from its end: only what trusted proxies added counts.
    """
    told = {name: head.pop(name, "") for name in TOLD_BY_PROXIES}
    if not is_among(head.get("REMOTE_ADDR", ""), trusted):
        return
    addresses = [word.strip() for word in str(told["HTTP_X_FORWARDED_FOR"]).split(",")]
    own = next((word for word in reversed(addresses) if not is_among(word, trusted)), "")
    if _parsed(own) is not None:
        head["REMOTE_ADDR"] = own
    if told["HTTP_X_FORWARDED_PROTO"] in ("http", "https"):
        head["wsgi.url_scheme"] = told["HTTP_X_FORWARDED_PROTO"]


@lru_cache(maxsize=4096)
def home_of(address: str) -> str:
    """What limits count as one sender: an IPv4 address, or the 64 bits that one home has of IPv6."""
    found = _parsed(address)
    if found is None:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _V6_HOME), strict=False).network_address)
    return str(found)


def is_among(word: str, trusted: Iterable[Network]) -> bool:
    """Whether this is an address of one of the networks."""
    found = _parsed(word)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found is not None and any(found in network for network in trusted)


def _parsed(word: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(word)
    except ValueError:
        return None
