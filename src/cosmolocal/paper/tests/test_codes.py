"""QR codes: the drawn modules are the code's own, and a page may hold them under a strict policy."""

import xml.etree.ElementTree as ET

import pytest
import segno

from cosmolocal.paper import codes

pytestmark = pytest.mark.once
LINK = "http://localhost:8000/people/join/李娜?a=1&b=2"


def test_svg_draws_each_dark_module_once() -> None:
    dark = sum(1 for row in segno.make(LINK, error="m", micro=False).matrix for cell in row if cell)
    root = ET.fromstring(codes.qr_svg_file(LINK))
    path = root[0].attrib["d"]
    assert sum(int(part.split("v")[0]) for part in path.split("h")[1:] if "v1" in part) == dark


def test_inline_svg_has_a_name_and_no_styles() -> None:
    drawn = codes.qr_svg(LINK, label='Join <Ainonghui> "now"')
    root = ET.fromstring(drawn)
    assert root.attrib["aria-label"] == 'Join <Ainonghui> "now"'
    assert root.attrib["class"] == "qr"
    assert "style" not in drawn
