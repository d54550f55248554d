"""What a page is made of, however much of it: two pages of one address made of the same parts look and read alike."""

from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from tests.harness import RUN

_EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Of these attributes also what they say decides how an element looks and is read.
_TELLING = {"class", "type", "role", "dir", "lang", "scope", "hidden", "aria-current", "aria-hidden", "aria-live"}


class Parts(HTMLParser):
    """`found` has each kind of element below the elements it stands in, and whether it holds text; `links` are paths on
    this host.
    """

    def __init__(self, url: str, text: str) -> None:
        super().__init__()
        self.url, self.links, self.found = url, list[str](), set[str]()
        self._within: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = [f"{name}={value}" if name in _TELLING else f"{name}={bool(value)}" for name, value in sorted(attrs)]
        self._note(f"<{tag} {' '.join(told)}>")
        if tag not in _EMPTY:
            self._within.append((tag, f"<{tag} {' '.join(told)}>"))
        if tag == "a" and (href := dict(attrs).get("href")):
            link = urlsplit(urljoin(self.url, href))
            if link.netloc == urlsplit(self.url).netloc:
                self.links.append(link.path)

    def handle_endtag(self, tag: str) -> None:
        opened = [place for place, (name, _part) in enumerate(self._within) if name == tag]
        if opened:
            del self._within[opened[-1] :]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._note("text")

    def _note(self, part: str) -> None:
        self.found.add("".join(above for _name, above in self._within) + part)


def is_first(name: str, parts: Parts) -> bool:
    """Whether nobody in this run, in whichever worker, has asked for a page of this name and these parts before."""
    place = RUN / "pages"
    place.mkdir(exist_ok=True)
    try:
        (place / sha256("\n".join([name, *sorted(parts.found)]).encode()).hexdigest()).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
