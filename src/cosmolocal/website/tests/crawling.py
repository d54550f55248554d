"""Follows every link as somebody, and finds what each page reads: values of its address, fields of its forms."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.test import Client
from django.urls import Resolver404, resolve

# Nothing that these say is ours to read, and pressing them ends the walk.
LEFT_OUT = re.compile(r"^/(account|mfa|demo|stop-|language|look/theme)")


class Watched(QueryDict):
    """The values of an address, which note who was asked for."""

    asked: set[str]

    def _note(self, name: object) -> None:
        asked = self.__dict__.setdefault("asked", set())
        if isinstance(name, str):
            asked.add(name)

    def get(self, key: Any, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def getlist(self, key: Any, default: Any = None) -> Any:
        self._note(key)
        return super().getlist(key, default)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)


def watch_addresses(monkeypatch: Any) -> None:
    """Every request notes which values of its address were read."""

    def read(request: WSGIRequest) -> QueryDict:
        if "_watched" not in request.__dict__:
            request.__dict__["_watched"] = Watched(request.META.get("QUERY_STRING", ""))
        found: QueryDict = request.__dict__["_watched"]
        return found

    def write(request: WSGIRequest, value: QueryDict) -> None:
        request.__dict__["_watched"] = value

    monkeypatch.setattr(WSGIRequest, "GET", property(read, write))


@dataclass
class Form:
    """One POST form of a page with what stands in it."""

    action: str
    page: str = ""
    has_button: bool = False
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> tuple[str, frozenset[str]]:
        """Forms of one kind stand on many pages, with other numbers in their names."""
        return view_of(self.action), frozenset(plain(name) for name in self.fields)

    def names(self) -> Iterator[str]:
        """One field of each kind."""
        seen = set()
        for name in self.fields:
            if plain(name) not in seen and name != "csrfmiddlewaretoken":
                seen.add(plain(name))
                yield name


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.links, self.forms = path, [], []  # type: ignore[var-annotated]
        self.form: Form | None = None
        self.choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self.links.append(urljoin(self.path, found["href"]))
        elif tag == "form":
            self.form = Form(urljoin(self.path, found.get("action", "") or self.path), self.path)
            if found.get("method", "get").lower() == "post":
                self.forms.append(self.form)
        elif self.form is not None:
            self._field(tag, found)
        if "hx-post" in found:
            self.forms.append(Form(urljoin(self.path, found["hx-post"]), self.path, has_button=True))

    def _field(self, tag: str, found: dict[str, str]) -> None:
        assert self.form is not None
        name, fields = found.get("name", ""), self.form.fields
        if tag == "button" and found.get("type", "submit") == "submit":
            self.form.has_button = True
            if "formaction" in found:
                self.forms.append(Form(urljoin(self.path, found["formaction"]), self.path, has_button=True))
        if tag == "select":
            self.choice = name
        elif tag == "option" and self.choice:
            if "selected" in found or not fields.get(self.choice):
                fields[self.choice] = found.get("value", "")
        elif tag == "textarea" and name:
            fields.setdefault(name, "x")
        elif tag == "input" and name and found.get("type") not in ("file", "submit", "image"):
            is_off = found.get("type") in ("radio", "checkbox") and "checked" not in found
            if not is_off or name not in fields:
                fields[name] = found.get("value", "") or ("1" if found.get("type", "text") == "text" else "")
        elif tag == "button" and name:
            fields.setdefault(name, found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.choice = ""


def forms_of(path: str, page: str) -> list[Form]:
    """The forms of a page that are sent by POST."""
    reader = _Reader(path)
    reader.feed(page)
    return [form for form in reader.forms if not LEFT_OUT.match(urlsplit(form.action).path)]


def links_of(path: str, page: str) -> list[str]:
    """The links of a page that lead to a page of ours."""
    reader = _Reader(path)
    reader.feed(page)
    parts = ((link, urlsplit(link)) for link in reader.links)
    return [link for link, part in parts if not (part.scheme or part.netloc or LEFT_OUT.match(part.path))]


def plain(name: str) -> str:
    """weight_12 and weight_13 are one kind of field."""
    return re.sub(r"\d+", "#", name)


def view_of(path: str) -> str:
    """The name of an address."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return path


@dataclass
class Crawl:
    """What one reader can reach: each kind of address once, each kind of form once."""

    client: Client
    pages: dict[str, str] = field(default_factory=dict)
    led: dict[str, str] = field(default_factory=dict)  # by the name of an address, the page that led to it
    asked: dict[str, set[str]] = field(default_factory=dict)
    forms: dict[tuple[str, frozenset[str]], Form] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    closed: list[tuple[str, str]] = field(default_factory=list)  # a page, and what it links to and refuses her

    def walk(self, *entries: str) -> "Crawl":
        waiting = deque(("", path) for path in entries)
        while waiting:
            page, path = waiting.popleft()
            name, parts = view_of(path), urlsplit(path)
            if name in self.pages or parts.scheme or parts.netloc or LEFT_OUT.match(parts.path):
                continue
            self.pages[name], self.led[name] = parts.path, page
            waiting.extend((parts.path, link) for link in self._look_at(name, path, page))
        return self

    def _look_at(self, name: str, path: str, page: str) -> list[str]:
        answer = self.client.get(path, follow=True)
        if answer.status_code >= 500:
            self.broken.append(f"{path}: {answer.status_code}")
        if answer.status_code == 403 and page:
            self.closed.append((page, path))
        request = answer.wsgi_request
        self.asked.setdefault(name, set()).update(getattr(request.GET, "asked", ()))
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            return []
        reader = _Reader(request.path)
        reader.feed(answer.content.decode())
        for form in reader.forms:
            if not LEFT_OUT.match(urlsplit(form.action).path):
                self.forms.setdefault(form.kind, form)
        return list(reader.links)
