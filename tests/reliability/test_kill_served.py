"""kill -9 of the real web server and job worker while a treasurer books: nothing lost, nothing twice."""

import os
import random
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import homes
from tests.browser.node import Node
from tests.harness import ALL

DEEDS, KILLS = (1000, 50) if ALL else (60, 4)
PATIENCE_S = 90

pytestmark = [pytest.mark.once, pytest.mark.processes]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = homes.demo(tmp_path_factory.mktemp("served") / "home")
    node.start("demo")
    yield node
    node.stop()


def processes(node: Node) -> list[int]:
    """The web server's and the job worker's process ids; not the one that watches them."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            does = (folder / "comm").read_text().strip()
            home = f"COSMOLOCAL_HOME={node.home}\0".encode() in (folder / "environ").read_bytes()
        except OSError:
            continue
        if home and does in ("web", "worker"):
            found.append(int(folder.name))
    return found


def token_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page[:500]
    return found.group(1)


def patiently(client: httpx.Client, method: str, path: str, **more: object) -> httpx.Response:
    """Asks until somebody answers, as a browser's user does with the same form."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = client.request(method, path, **more)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code < 500:
            return answer
        if time.monotonic() > until:
            raise TimeoutError(answer.text[:2000] if answer is not None else "nobody answers")
        time.sleep(0.1)


def test_books_survive_a_server_that_is_killed_again_and_again(served: Node) -> None:
    chance = random.Random(5)
    with httpx.Client(base_url=served.url, timeout=20) as client:
        token = token_of(client.get("/").text)
        assert client.post("/demo/as/treasurer/", data={"csrfmiddlewaretoken": token}).status_code == 302
        page = patiently(client, "GET", "/money/in/").text
        box = re.search(r'name="box".*?value="(\d+)"', page, re.DOTALL)
        assert box, page[:3000]
        kills = set(chance.sample(range(5, DEEDS - 5), KILLS))
        for number in range(DEEDS):
            if number in kills and (alive := processes(served)):
                os.kill(chance.choice(alive), signal.SIGKILL)
            deed = {
                "csrfmiddlewaretoken": token_of(page),
                "key": f"served-{number}",
                "amount": f"{1000 + number}.00",  # each another, none out of proportion
                "box": box.group(1),
                "account": "",
                "on": time.strftime("%Y-%m-%d", time.gmtime()),
                "payer": f"payer {number}",
                "words": "kill test",
                "confirmed": "1",
            }
            answer = patiently(client, "POST", "/money/in/", data=deed)
            assert answer.status_code == 302, answer.text[:3000]
    booked, total, findings, difference = served.ask(
        """
from cosmolocal.flows import queries as journal
from cosmolocal.kernel.models import Operation
from cosmolocal.money import queries as purse
from cosmolocal.money.models import Unmatched
rows = Unmatched.objects.filter(words="kill test")
booked = Operation.objects.filter(code="money.top_up_unmatched", key__startswith="served-").count()
answer = [booked, sum(row.left for row in rows), [str(f) for f in journal.replay()], purse.sums_agree().difference]
"""
    )
    assert booked == DEEDS
    assert total == 100 * sum(range(1000, 1000 + DEEDS))
    assert (findings, difference) == ([], 0)
