"""A machine that lives in another zone than the local: worker and command line know the local's clock only."""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests import homes
from tests.browser.node import COSMOLOCAL
from tests.reliability.node_process import environment, run

pytestmark = pytest.mark.processes

# Half past midnight where the local lives; the year before in California, nearly noon of that day on Kiritimati.
WORK = """
    from datetime import UTC, datetime
    from cosmolocal.kernel import clock, node, worker
    from cosmolocal.look.dates import format_daytime, format_soon
    with clock.frozen_at(datetime(2030, 12, 31, 16, 30, tzinfo=UTC)):
        with node.at_home():
            account, bank = apps.get_model("money.Account").objects.filter(kind="member")[0], purse.boxes()[0]
            money.top_up(by=who.system(), account=account, box=bank, amount=500, key="zone")
        worker.run("worker", batch=True)
        letters = list(apps.get_model("local_messages.Letter").objects.order_by("pk").values_list("subject", "text"))
        with node.at_home():
            lines = purse.statement(account, clock.today(), clock.today()).lines
            answer = [letters, [[str(line.on), format_daytime(line.at), line.amount] for line in lines]]
            answer += [str(clock.today()), format_soon(clock.now()), backup.default_file().name]
"""


def test_what_a_worker_writes_is_the_same_in_every_zone_of_the_machine(
    tmp_path: Path, databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote = {}
    for number, zone in enumerate(("America/Los_Angeles", "Pacific/Kiritimati")):
        monkeypatch.setenv("TZ", zone)
        homes.local(home := tmp_path / str(number), url := databases())
        wrote[zone] = run(home, url, WORK)
    letters, lines, *clocks = wrote["America/Los_Angeles"]
    assert letters
    assert lines == [["2031-01-01", "Wednesday 1 January, 00:30", 500]]
    assert clocks == ["2031-01-01", "today 00:30", "2031-01-01-003000.cosmolocal"]
    assert wrote["Pacific/Kiritimati"] == wrote["America/Los_Angeles"]


def test_a_command_names_its_file_by_the_clock_of_the_local(
    tmp_path: Path, databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    homes.local(home := tmp_path / "home", url := databases())
    here = ZoneInfo("Asia/Shanghai")
    before = datetime.now(here) - timedelta(seconds=1)
    subprocess.run([COSMOLOCAL, "backup", "--home", home], env=environment(home, url), check=True)
    (file,) = (home / "backups").iterdir()
    named = datetime.strptime(file.name, "%Y-%m-%d-%H%M%S.cosmolocal").replace(tzinfo=here)
    assert before <= named <= datetime.now(here)
