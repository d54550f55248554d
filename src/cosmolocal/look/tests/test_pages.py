"""Every template of the look renders, with nothing the content policy forbids and with what a reader needs."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.http import Http404, HttpResponse
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.utils import translation

from cosmolocal.kernel import clock, node
from cosmolocal.kernel.models import Node
from cosmolocal.look import pages, samples, views
from cosmolocal.look.tables import Cell, Column, Row, Table

ERRORS = ["400", "403", "403_csrf", "404", "422", "429", "500", "503"]
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
NOVEMBER = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


class _Page(HTMLParser):
    """Checks that elements close in order, and collects ids and forbidden attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.forbidden: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self.forbidden += [f"{tag}[{name}]" for name in found if name == "style" or name.startswith("on")]
        if tag == "script" and "src" not in found and found.get("type") != "application/json":
            self.forbidden.append("inline script")
        if found.get("id"):
            self.ids.append(found["id"] or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> at {self.getpos()}"


def page(html: str) -> _Page:
    """The page, checked."""
    read = _Page(html)
    assert read.open == []
    assert read.forbidden == []
    twice = {name for name in read.ids if read.ids.count(name) > 1}
    assert twice == set()
    return read


def write(source: str, **values: object) -> str:
    return Template("{% load look %}" + source).render(Context(values))


@pytest.mark.parametrize("language", ["en", "ar", "ko"])
def test_the_page_of_samples_is_sound(language: str) -> None:
    request = RequestFactory().get("/look/")
    with node.at_home(Node()), translation.override(language):
        read = page(render_to_string("look/gallery.html", samples.everything(request)))
    assert ("html", {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}) in read.tags
    assert [tag for tag, _ in read.tags].count("h1") == 1


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_need_nothing(name: str) -> None:
    """No database, no request: they must come up when everything else is down."""
    html = render_to_string(f"{name}.html")
    read = page(html)
    assert [tag for tag, _ in read.tags].count("h1") == 1
    assert f"{name[:3]}" in html


def test_an_error_may_say_more() -> None:
    assert "Ask Li Na &lt;3" in render_to_string("403.html", {"sentence": "Ask Li Na <3"})


@pytest.mark.parametrize("name", ["look/print.html", "look/form.html", "look/check_answers.html", "look/empty.html"])
def test_patterns_render_with_little(name: str) -> None:
    html = render_to_string(name, {"title": "Pay?", "submit": "Pay", "form": samples.SampleForm()})
    assert _Page(html).forbidden == []


def test_samples_are_for_builders_only() -> None:
    request = RequestFactory().get("/look/")
    with override_settings(DEBUG=False, DEMO=False), pytest.raises(Http404):
        views.gallery(request)


def test_light_or_dark_is_kept_and_the_way_back_stays_here() -> None:
    post = RequestFactory().post
    answer = views.theme(post("/look/theme/", {"theme": "dark", "next": "/shop/?q=leek"}))
    assert answer.cookies["theme"].value == "dark"
    assert answer["Location"] == "/shop/?q=leek"
    answer = views.theme(post("/look/theme/", {"theme": "", "next": "https://elsewhere.example/"}))
    assert answer.cookies["theme"]["max-age"] == 0
    assert answer["Location"] == "/"


def test_a_theme_nobody_offers_is_not_written() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = '"><script>'
    assert write("{% page_theme %}", request=request) == ""
    request.COOKIES["theme"] = "dark"
    assert write("{% page_theme %}", request=request) == "dark"


def test_sums_and_days_in_a_sentence() -> None:
    with node.at_home(Node(zone="Asia/Shanghai")), clock.frozen_at(NOVEMBER):
        assert write('{% money 12640 "CNY" %}') == '<bdi class="money" dir="ltr">¥\xa0126.40</bdi>'
        assert write('{{ sum|money:"KRW" }}', sum=12000) == '<bdi class="money" dir="ltr">₩\xa012,000</bdi>'
        assert write('{% money nothing "CNY" %}') == ""
        assert write('{% quantity 1940 "kg" %}') == '<bdi class="quantity">1.94\xa0kg</bdi>'
        late = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
        assert write("{{ at|day }}", at=late) == '<time datetime="2026-11-27">Friday 27 November</time>'
        assert ">Friday 01:30</time>" in write("{{ at|soon }}", at=late)
        assert ">today 16:00</time>" in write("{{ at|soon }}", at=NOVEMBER)
        assert "2027" in write("{{ at|day }}", at=datetime(2027, 1, 2, tzinfo=UTC))
        assert write("{% window a b %}", a=NOVEMBER, b=late) == (
            "Sunday 22 November, 16:00 – Friday 27 November, 01:30"
        )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-hans", "11月22日星期日"),
        ("ko", "11월 22일 일요일"),
        ("de", "Sonntag, 22. November"),
        ("es", "domingo, 22 de noviembre"),
    ],
)
def test_days_are_written_as_the_language_does(language: str, text: str) -> None:
    with node.at_home(Node()), translation.override(language), clock.frozen_at(NOVEMBER):
        assert text in write("{{ at|day }}", at=NOVEMBER)


def test_parts_escape_what_people_wrote() -> None:
    bad = "<script>alert(1)</script>"
    for source in (
        "{% card bad badge=bad %}x{% endcard %}",
        "{% badge bad bad %}",
        "{% button bad href=bad %}",
        "{% notice 'note' title=bad %}{{ bad }}{% endnotice %}",
        "{% stepper bad bad label=bad unit=bad %}",
        "{% avatar bad %}{% icon 'leaf' bad bad %}{% icon 'leaf' label=bad %}",
        "{% search_field bad label=bad placeholder=bad %}",
        "{% copy_link bad %}{% back bad bad %}{% product_picture bad bad %}",
        "{% facts pairs %}{% ledger pairs %}",
        "{% pagehead bad lead=bad back=bad back_label=bad %}{% endpagehead %}",
    ):
        html = write(source, bad=bad, pairs=[(bad, bad)])
        assert "<script" not in html, source


def test_a_deed_carries_its_keys() -> None:
    request = RequestFactory().get("/")
    html = write('{% deed "Close" "/close/" name="round" value="7" %}', request=request)
    names = re.findall(r'name="(\w+)"', html)
    assert names == ["csrfmiddlewaretoken", "key", "round"]
    first, second = (re.search(r'name="key" value="(.+?)"', write("{% key_field %}")) for _ in range(2))
    assert first is not None
    assert second
    assert first.group(1) != second.group(1)


def test_a_table_carries_its_heads_into_every_cell() -> None:
    table = Table(
        "Farmers",
        ["Farm", Column("To pay", number=True)],
        [Row(["Huang", "¥ 1"]), Row([Cell("Meng", href="/m/"), Cell("late", tone="late")], muted=True)],
        foot=["Together", "¥ 1"],
    )
    html = write("{% data_table table %}", table=table)
    page(html)
    assert html.count('data-label="To pay"') == 3
    assert html.count('scope="row"') == 2
    assert '<a href="/m/">Meng</a>' in html
    assert (
        write("{% data_table table %}", table=Table("Farmers", ["Farm"], [], empty="None yet")).count("None yet") == 1
    )


def test_a_table_refuses_a_row_of_another_length() -> None:
    with pytest.raises(ValueError, match="zip"):
        write("{% data_table table %}", table=Table("Farmers", ["Farm", "Sum"], [["Huang"]]))


@pytest.mark.parametrize(
    ("host", "secure", "possible"),
    [
        ("localhost:8000", False, True),
        ("local.example", True, True),
        ("local.example", False, False),
        ("192.168.1.4:8000", True, False),
        ("[::1]:8000", True, False),
    ],
)
def test_passkeys_need_a_name(host: str, secure: bool, possible: bool) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        request = RequestFactory().get("/", headers={"host": host}, secure=secure)
        assert write("{% passkeys_possible as it %}{{ it }}", request=request) == str(possible)


def test_an_answer_says_one_sentence() -> None:
    answer = pages.say(HttpResponse(), "Two jin of pak choi 小白菜")
    assert '"say"' in answer["HX-Trigger"]
    assert answer["HX-Trigger"].isascii()


def test_the_guide_names_no_tag_that_is_not_there() -> None:
    """README.md is what other apps read."""
    tags = Path(samples.__file__).parent / "templatetags"
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(tags.glob("*.py")))
    guide = (Path(samples.__file__).parent / "README.md").read_text(encoding="utf-8")
    used = set(re.findall(r"\{% (\w+) ", guide)) - {"extends", "load", "block", "translate", "include", "csrf_token"}
    used -= {name for name in used if name.startswith("end")}
    known = set(re.findall(r"def (\w+)\(", source)) | {"price_bar", "sparkline", "bands", "path_map"}
    assert used - known == set()
