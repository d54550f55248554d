"""Pictures that take long to read hold up nobody but who sent them: on a real node, over HTTP."""

import re
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import httpx
import pytest

from cosmolocal.paper.shrink import MOST_SCANS, scans
from cosmolocal.paper.tests.slow_pictures import many_scans
from tests import homes
from tests.browser.node import Node

PATIENCE_S = 120
pytestmark = [pytest.mark.once, pytest.mark.processes]
FOUND = """
from cosmolocal.agents import operations
from cosmolocal.catalog.tests import village as at
village = at.found()
operations.make_sign_in_code(by=village.house, on_behalf_of=village.farmer, code="FARM2222")
answer = at.pak_choi(village).pk
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, int]]:
    homes.tables(home := tmp_path_factory.mktemp("pictures") / "home")
    node = Node(home)
    node.start()
    yield node, node.ask(FOUND)
    node.stop()


def token(client: httpx.Client, path: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def test_while_slow_pictures_are_read_everybody_else_is_answered(served: tuple[Node, int]) -> None:
    node, product = served
    page, slow = f"/catalog/products/{product}/photo/", many_scans(MOST_SCANS - 10)
    assert scans(slow) <= MOST_SCANS
    with (
        httpx.Client(base_url=node.url, timeout=PATIENCE_S) as farmer,
        httpx.Client(base_url=node.url, timeout=PATIENCE_S) as other,
        ThreadPoolExecutor(5) as phones,
    ):
        code = {"code": "FARM2222", "csrfmiddlewaretoken": token(farmer, "/people/sign-in/code/")}
        assert farmer.post("/people/sign-in/code/", data=code).status_code == 302
        form = {"csrfmiddlewaretoken": token(farmer, page)}
        files = {"photo": ("hen.jpg", slow)}
        sent = [phones.submit(farmer.post, page, data=form, files=files) for _number in range(5)]
        told, reading = wait(sent, return_when=FIRST_COMPLETED)
        # Whoever finds no place is told so before the first picture is read, with the form to send again.
        assert {answer.result().status_code for answer in told} == {503}
        assert all('type="file"' in answer.result().text for answer in told)
        assert other.get("/").status_code == 200
        assert not all(answer.done() for answer in reading)
        assert {answer.result().status_code for answer in sent} <= {503, 302, 422}
