"""Where a request came from: only what trusted proxies added counts, and one home is one sender."""

import pytest

from cosmolocal.kernel import senders

pytestmark = pytest.mark.once
TRUSTED = senders.networks("127.0.0.1, ::1, 10.0.0.0/8")


def settled(peer: str, forwarded: str, proto: str = "https") -> tuple[str, str]:
    environ = {
        "REMOTE_ADDR": peer,
        "wsgi.url_scheme": "http",
        "HTTP_X_FORWARDED_FOR": forwarded,
        "HTTP_X_FORWARDED_PROTO": proto,
        "HTTP_FORWARDED": "for=1.2.3.4",
    }
    senders.settle(environ, TRUSTED)
    assert not any("FORWARDED" in name for name in environ)
    return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]


def test_only_a_trusted_proxy_is_believed() -> None:
    assert settled("203.0.113.9", "198.51.100.1") == ("203.0.113.9", "http")
    assert settled("127.0.0.1", "198.51.100.1") == ("198.51.100.1", "https")
    assert settled("::ffff:127.0.0.1", "2001:db8::1") == ("2001:db8::1", "https")


def test_the_list_is_read_from_its_end() -> None:
    assert settled("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.2.3.4") == ("198.51.100.1", "https")
    assert settled("127.0.0.1", "10.0.0.1") == ("127.0.0.1", "https")


@pytest.mark.parametrize("claim", ["", "unknown", "1.1.1.1, <script>", "198.51.100.1:80", ",,"])
def test_nonsense_changes_nothing(claim: str) -> None:
    assert settled("127.0.0.1", claim, "javascript") == ("127.0.0.1", "http")


def test_one_home_is_one_sender() -> None:
    assert senders.home_of("198.51.100.1") == senders.home_of("::ffff:198.51.100.1") == "198.51.100.1"
    assert senders.home_of("2001:db8:1:2:3::4") == senders.home_of("2001:db8:1:2:ffff::") == "2001:db8:1:2::"
    assert senders.home_of("2001:db8:1:3::") != senders.home_of("2001:db8:1:2::")
    assert senders.home_of("somewhere") == "somewhere"
