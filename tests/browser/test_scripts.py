"""What the look promises in a browser: steppers, one press one deed, nothing typed lost, focus, paper."""

from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Page, Route, expect
from pypdf import PdfReader

from tests.browser.conftest import Visits


@pytest.fixture
def samples(visit: Visits) -> Page:
    """The page of samples, where every part stands in every state."""
    page = visit()
    page.goto("/look/")
    return page


def _pak_choi(page: Page) -> tuple[Page, Page]:
    group = page.get_by_role("group", name="Pak choi", exact=True).first
    return group.get_by_role("textbox"), group


def test_a_stepper_counts_by_mouse_and_keys_and_says_so(samples: Page) -> None:
    field, group = _pak_choi(samples)
    group.get_by_role("button", name="More of Pak choi").click()
    expect(field).to_have_value("2.5")
    expect(samples.locator("#live")).to_have_text("Pak choi: 2.5 jin")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(field).to_have_value("1.5")
    field.fill("0,1")
    group.get_by_role("button", name="Less of Pak choi").click()
    expect(field).to_have_value("0")
    field.fill("19,9")
    field.press("ArrowUp")
    expect(field).to_have_value("20")


def test_tenths_stay_tenths(samples: Page) -> None:
    """0.1 + 0.2 is 0.3 here."""
    field = samples.locator("#id_weighed")
    field.fill("0,1")
    field.press("ArrowUp")
    expect(field).to_have_value("0,2")
    field.press("ArrowUp")
    expect(field).to_have_value("0,3")


def _sendings(page: Page, answer: Callable[[Route], None]) -> list[str]:
    """Answers every POST of the page, and keeps what was sent."""
    sent: list[str] = []

    def on_post(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        sent.append(route.request.post_data or "")
        answer(route)

    page.route("**/look/**", on_post)
    return sent


def _fill(page: Page) -> None:
    page.locator("#id_name").fill("Amina")
    page.locator("#id_note").fill("Ring twice")


def test_two_presses_are_one_deed_and_the_back_button_wakes_the_form(samples: Page) -> None:
    sent = _sendings(samples, lambda route: route.fulfill(status=204))
    button = samples.locator("form", has=samples.locator("#id_name")).get_by_role("button", name="Save")
    _fill(samples)
    button.click()
    # A sleeping button is not clicked by the browser test by itself; a nervous finger does.
    button.evaluate("button => button.click()")
    samples.wait_for_timeout(100)
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_be_focused()
    assert len(sent) == 1
    assert "name=Amina" in sent[0]
    samples.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(button).not_to_have_attribute("aria-disabled", "true")
    button.click()
    samples.wait_for_timeout(100)
    assert len(sent) == 2


def test_without_a_connection_nothing_is_sent_and_nothing_is_lost(samples: Page) -> None:
    sent = _sendings(samples, lambda route: route.fulfill(status=204))
    _fill(samples)
    samples.context.set_offline(True)
    expect(samples.locator("[data-offline-bar]")).to_be_visible()
    samples.locator("form", has=samples.locator("#id_name")).get_by_role("button", name="Save").click()
    expect(samples.locator("#live")).to_contain_text("What you typed is kept")
    assert sent == []
    samples.context.set_offline(False)
    expect(samples.locator("[data-offline-bar]")).to_be_hidden()
    samples.goto("/look/")
    expect(samples.locator("#id_note")).to_have_value("Ring twice")
    expect(samples.locator("[data-restored-bar]")).to_be_visible()
    samples.goto("/look/?page=2")
    expect(samples.locator("#id_note")).to_have_value("")


def test_a_sending_that_fails_on_the_way_is_filled_in_again(samples: Page) -> None:
    _sendings(samples, lambda route: route.abort("connectionreset"))
    _fill(samples)
    samples.locator("form", has=samples.locator("#id_name")).get_by_role("button", name="Save").click()
    samples.wait_for_url("chrome-error://**")
    samples.go_back()
    expect(samples.locator("#id_note")).to_have_value("Ring twice")


def test_enter_never_presses_the_minus_of_a_stepper(samples: Page) -> None:
    samples.evaluate(
        """() => {
          const form = document.createElement('form');
          form.method = 'post';
          form.id = 'basket';
          document.querySelector('#goods').after(form);
          form.append(document.querySelector('#id_leaf').closest('.stepper'));
          form.insertAdjacentHTML('beforeend', '<input name="note" id="basket-note"><button>Order</button>');
        }"""
    )
    sent = _sendings(samples, lambda route: route.fulfill(status=204))
    samples.locator("#basket-note").press("Enter")
    samples.wait_for_timeout(100)
    assert len(sent) == 1
    assert "less" not in sent[0]
    expect(samples.locator("#id_leaf")).to_have_value("2")


def test_after_an_update_focus_moves_and_one_sentence_is_spoken(samples: Page) -> None:
    samples.route(
        "**/look/part",
        lambda route: route.fulfill(
            body='<div id="part"><h2 data-focus>Two jin of pak choi</h2></div>',
            headers={"Content-Type": "text/html", "HX-Trigger": '{"say": {"value": "Basket: 8.40"}}'},
        ),
    )
    samples.evaluate(
        """() => {
          document.querySelector('#goods').insertAdjacentHTML('afterend',
            '<div id="part"><button hx-get="/look/part" hx-target="#part" hx-swap="outerHTML">Add leek</button></div>');
          htmx.process(document.querySelector('#part'));
        }"""
    )
    samples.get_by_role("button", name="Add leek").click()
    expect(samples.locator("#part h2")).to_be_focused()
    expect(samples.locator("#live")).to_have_text("Basket: 8.40")


def test_a_field_with_an_error_is_one_press_away(samples: Page) -> None:
    expect(samples.locator(".error-summary")).to_be_focused()
    samples.locator(".error-summary").get_by_role("link", name="How do you pay?").press("Enter")
    expect(samples.locator("#wrong_pays_0")).to_be_focused()


@pytest.mark.parametrize("locale", ["en", "ko", "ar"])
def test_the_samples_can_be_used_by_everybody(locale: str, visit: Visits, axe: Callable[[Page], None]) -> None:
    for width, dark in ((360, False), (360, True), (1280, False), (1280, True)):
        page = visit(width=width, dark=dark, locale=locale)
        page.goto("/look/")
        axe(page)


def test_everything_can_be_touched_on_a_phone(visit: Visits) -> None:
    """Targets are at least 44 by 44, except links inside sentences and lists of words."""
    page = visit(width=360)
    page.goto("/look/")
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, .button, .site-nav a, .tabs a, .pages a, .back')]
          .filter(one => one.checkVisibility() && !one.closest('.first-submit, [tabindex="-1"]'))
          .map(one => [one.className || one.tagName, one.getBoundingClientRect()])
          .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
          .map(([name, box]) => `${name} ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
    )
    assert small == []


def test_the_page_works_without_scripts(visit: Visits) -> None:
    page = visit(javascript=False, width=360)
    page.goto("/look/")
    expect(page.get_by_role("button", name="Copy the link")).to_be_hidden()
    group = page.get_by_role("group", name="Pak choi", exact=True).first
    expect(group.get_by_role("button", name="More of Pak choi")).to_have_attribute("name", "more")


def test_a_long_list_prints_with_its_head_on_every_sheet(visit: Visits) -> None:
    page = visit()
    page.goto("/look/sheet/")
    sheets = [sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf(format="A4"))).pages]
    assert len(sheets) > 1
    assert all("How much" in sheet for sheet in sheets)
    assert [("223 jin" in sheet) for sheet in sheets] == [False] * (len(sheets) - 1) + [True]
    assert not any("Print" in sheet for sheet in sheets), "buttons stay on the screen"
