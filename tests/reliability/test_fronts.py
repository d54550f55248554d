"""The files of docs/operate for nginx and Caddy, before a real node: TLS, whom the node sees, and what it says."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.node import Node, free_port

pytestmark = [pytest.mark.once, pytest.mark.processes]
OPERATE = Path(__file__).resolve().parents[2] / "docs" / "operate"
HOST = "our-local.example"
SENDERS = """
from cosmolocal.agents.limits import Try
answer = sorted(set(Try.objects.values_list("sender", flat=True)))
"""
DIGEST = """
from cosmolocal.kernel import ids, senders
answer = [ids.digest(senders.home_of("127.0.0.1"))[:24]]
"""


class SecureNode(Node):
    """A node that knows that people reach it by https, as an operator states it."""

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "COSMOLOCAL_URL": f"https://{HOST}"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureNode]:
    node = SecureNode(tmp_path_factory.mktemp("fronts") / "home")
    node.start()
    node.ask('from cosmolocal.catalog.tests import village\nvillage.found()\nanswer = ""')
    yield node
    node.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("certificate")
    own, key = folder / "own.pem", folder / "key.pem"
    asked = f"req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN={HOST} -addext subjectAltName=DNS:{HOST}"
    subprocess.run(["openssl", *asked.split(), "-keyout", key, "-out", own], check=True, capture_output=True)
    return own, key


def nginx(folder: Path, port: int, node: int, own: Path, key: Path) -> list[str | Path]:
    """The file as it is, but for the port, the certificate and where the node listens."""
    text = (OPERATE / "nginx.conf").read_text()
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}").replace("127.0.0.1:8000", f"127.0.0.1:{node}")
    text = text.replace("/etc/letsencrypt/live/our-local.example/fullchain.pem", str(own))
    text = text.replace("/etc/letsencrypt/live/our-local.example/privkey.pem", str(key))
    (folder / "site.conf").write_text(text)
    kept = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr; events {{}}"
        f" http {{ access_log off; {kept} include {folder}/site.conf; }}"
    )
    return ["nginx", "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"]


def caddy(folder: Path, port: int, node: int, own: Path, key: Path) -> list[str | Path]:
    """The file as it is, but for the port, the certificate and where the node listens."""
    text = (OPERATE / "Caddyfile").read_text()
    text = text.replace("{\n\tservers", "{\n\tadmin off\n\tauto_https disable_redirects\n\tservers", 1)
    text = text.replace(f"\n{HOST} {{", f"\nhttps://{HOST}:{port} {{\n\ttls {own} {key}", 1)
    (folder / "Caddyfile").write_text(text.replace("127.0.0.1:8000", f"127.0.0.1:{node}"))
    return ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


class Browser:
    """Speaks to the front as a browser that knows the host's name, and claims to be somebody else."""

    def __init__(self, port: int) -> None:
        self.http = httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=False, timeout=60)
        self.claimed = 0

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        self.claimed += 1
        claims = f"198.51.100.{self.claimed}"
        headers = {"Host": HOST, "Referer": f"https://{HOST}/", "X-Forwarded-For": claims, "X-Real-IP": claims}
        return self.http.request(method, path, headers=headers, extensions={"sni_hostname": HOST}, **more)


@pytest.fixture(params=[nginx, caddy], ids=lambda front: front.__name__)
def browser(
    request: pytest.FixtureRequest, served: SecureNode, certificate: tuple[Path, Path], tmp_path: Path
) -> Iterator[Browser]:
    make: Callable[..., list[str | Path]] = request.param
    if shutil.which(make.__name__) is None and shutil.which(f"/usr/sbin/{make.__name__}") is None:
        pytest.skip(f"{make.__name__} is not on this machine")
    port = free_port()
    command = make(tmp_path, port, served.port, *certificate)
    command[0] = shutil.which(make.__name__) or f"/usr/sbin/{make.__name__}"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        browser = Browser(port)
        for _attempt in range(300):
            try:
                browser.send("GET", "/healthz")
                break
            except httpx.TransportError:
                assert process.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.1)
        else:
            raise RuntimeError((tmp_path / "log").read_text())
        yield browser
        process.terminate()
        process.wait(timeout=20)


def test_the_node_behind_a_front_sees_who_sends_and_answers_itself(browser: Browser, served: SecureNode) -> None:
    page = browser.send("GET", "/people/sign-in/code/")
    assert page.status_code == 200
    assert page.headers["content-encoding"] == "gzip"
    assert "Secure" in page.headers["set-cookie"]
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"csrfmiddlewaretoken": token, "code": "GUESS234"}
    answers = [browser.send("POST", "/people/sign-in/code/", data=form).status_code for _ in range(12)]
    assert answers[-1] == 429
    assert set(answers) <= {422, 429}
    assert served.ask(SENDERS) == served.ask(DIGEST)
    large = browser.send("POST", "/people/sign-in/code/", content=b"x" * (33 * 1024 * 1024))
    assert large.status_code == 413
    assert "<h1>" in large.text
    assert "nginx" not in large.text
