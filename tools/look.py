"""Takes pictures of pages for whoever builds them: each path at 360 and 1280 px, light and dark.

`python tools/look.py --base http://localhost:8000 --as member /home/ /shop/` writes build/look/*.png.
"""

import argparse
import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize
from playwright.sync_api import Error as BrowserError

import chromium

WIDTHS = {360: 740, 1280: 900}
SCHEMES = ("light", "dark")


def sign_in(page: Page, base: str, form_path: str, role: str) -> None:
    """Press the one-click role of the demo: a form that posts to `form_path` with the role filled in."""
    page.goto(f"{base}/")
    page.locator(f'form[action$="{form_path.format(role=role)}"] button').first.click()
    page.wait_for_load_state()


def take(browser: Browser, wish: argparse.Namespace) -> list[Path]:
    """One picture for each path, width and scheme."""
    wish.folder.mkdir(parents=True, exist_ok=True)
    taken = []
    for width in wish.widths:
        for scheme in wish.schemes:
            size = ViewportSize(width=width, height=WIDTHS.get(width, 900))
            context = browser.new_context(viewport=size, color_scheme=scheme, locale=wish.locale)
            page = context.new_page()
            if wish.role:
                sign_in(page, wish.base, wish.form, wish.role)
            for path in wish.paths:
                answer = page.goto(wish.base + path)
                name = re.sub(r"\W+", "-", path).strip("-") or "front"
                picture = wish.folder / f"{name}-{wish.role or 'stranger'}-{width}-{scheme}.png"
                page.screenshot(path=picture, full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth")
                status = answer.status if answer else 0
                print(f"{picture}  {status}{'' if wide <= width else f'  WIDER THAN THE SCREEN: {wide}'}")
                taken.append(picture)
            context.close()
    return taken


def main() -> int:
    """Parse the wish and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", help="paths such as /shop/")
    parser.add_argument("--base", default="http://localhost:8000")
    parser.add_argument("--as", dest="role", default="", help="role of the one-click sign-in; nobody if absent")
    parser.add_argument("--form", default="/demo/as/{role}/", help="where the one-click form posts to")
    parser.add_argument("--folder", type=Path, default=Path("build/look"))
    parser.add_argument("--widths", type=int, nargs="+", default=list(WIDTHS))
    parser.add_argument("--schemes", nargs="+", default=list(SCHEMES))
    parser.add_argument("--locale", default="en")
    wish = parser.parse_args()
    path = chromium.find()
    if path is None:
        print("Chromium is not installed. Run tools/system.sh chromium", file=sys.stderr)
        return 1
    try:
        with chromium.started(path) as browser:
            take(browser, wish)
    except BrowserError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
