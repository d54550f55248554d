"""A node that is being set up takes a backup through its page, and is the same local afterwards."""

import re
import time
from pathlib import Path

import httpx
import pytest

from tests import homes
from tests.browser.node import Node
from tests.reliability.test_backup import write_backup
from tests.reliability.test_kill_served import token_of

PATIENCE_S = 90
pytestmark = [pytest.mark.once, pytest.mark.processes]


def test_a_backup_is_brought_back_through_the_setup_page(tmp_path: Path) -> None:
    homes.local(tmp_path / "old")
    homes.tables(tmp_path / "new")
    write_backup(tmp_path / "old", "", tmp_path / "one.cosmolocal")
    node = Node(tmp_path / "new")
    node.start("up")
    try:
        link = re.search(r"/setup/[^/\s]+/", node.log())
        assert link
        with httpx.Client(base_url=node.url, timeout=20, follow_redirects=True) as client:
            page = client.post(
                f"{link[0]}?step=begin",
                data={"what": "restore", "csrfmiddlewaretoken": token_of(client.get(link[0]).text)},
            )
            with (tmp_path / "one.cosmolocal").open("rb") as file:
                page = client.post(page.url, data={"csrfmiddlewaretoken": token_of(page.text)}, files={"file": file})
            assert "Bringing back your local" in page.text
            assert 'hx-trigger="every 2s"' in page.text
            assert _name(client, node) == "Ainonghui 爱农会"
            polled = client.get("/setup/bringing-back/", headers={"HX-Request": "true"})
            assert polled.headers["HX-Redirect"] == "/"
            code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", node.run("code", "amina 3"))
            assert code
            form = {"csrfmiddlewaretoken": token_of(client.get("/people/sign-in/code/").text), "code": code[0]}
            assert client.post("/people/sign-in/code/", data=form).url.path == "/home/"
            with pytest.raises(AssertionError, match="Nobody here is called Nobody"):
                node.run("code", "Nobody")
    finally:
        node.stop()
    assert not list(node.home.glob("bring-back.*"))
    assert "All is well" in node.run("doctor")


def _name(client: httpx.Client, node: Node) -> str:
    """The heading of the front page, once the local stands there."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            answer = client.get("/")
            if answer.status_code == 200 and (found := re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)):
                return found[1].strip()
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(node.log())
