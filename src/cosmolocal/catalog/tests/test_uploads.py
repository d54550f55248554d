"""A list of goods by browser: chosen, read, names decided, looked at, taken over in the background, shown."""

import io
from pathlib import Path

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult

from cosmolocal.agents import operations as agents
from cosmolocal.catalog import imports, operations
from cosmolocal.catalog.models import PriceVersion, Product, TaxCode
from cosmolocal.catalog.operations.uploads import AT_ONCE_BYTES
from cosmolocal.catalog.tests import village as at
from cosmolocal.catalog.tests.conftest import Browser
from cosmolocal.catalog.tests.test_imports import OFN_COLUMNS
from cosmolocal.catalog.tests.test_pages import page, text_of
from cosmolocal.kernel import ids, jobs
from cosmolocal.kernel.models import Operation, Progress
from cosmolocal.kernel.operation import disk_full
from cosmolocal.kernel.refusal import Refusal
from cosmolocal.paper import uploads
from cosmolocal.paper.models import Upload

pytestmark = pytest.mark.django_db
OWN = "producer,product,category,counted_in,pack,price\n"


@pytest.fixture
def village() -> at.Village:
    return at.found()


def send(browser: Client, text: str | bytes, name: str = "list.csv") -> Upload:
    stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
    stream.name = name
    answer = browser.post(page("uploads"), {"file": stream, "key": ids.fresh_key()})
    assert answer.status_code == 302
    return Upload.objects.get(pk=answer["Location"].strip("/").split("/")[-1])


def work() -> None:
    """Does the jobs that wait, as the worker would."""
    for waiting in DBTaskResult.objects.filter(status="READY").order_by("enqueued_at"):
        call = waiting.args_kwargs["args"]
        if call[0].startswith("catalog."):
            assert jobs.run_job.call(*call) == "done"
            waiting.delete()


def press(browser: Client, name: str, upload: Upload) -> None:
    assert browser.post(page(name, upload.pk), {"key": ids.fresh_key()}).status_code == 302
    upload.refresh_from_db()


def test_a_list_is_looked_at_and_then_taken_over(village: at.Village, signed_in: Browser) -> None:
    at.eggs(village)
    browser = signed_in(village.steward)
    rows = "Daxin farm,<b>Rice</b>,Rice and grain,kg,1 kg,9\nDaxin farm,Tea,Clouds,kg,100 g,9\n"
    upload = send(browser, OWN + rows + "Sanjiang tea,Hill eggs 土鸡蛋,Eggs,piece,10,18\n")
    assert (upload.state, upload.counts) == (Upload.State.MAPPED, {"new": 1, "refused": 1, "same": 1})
    text = text_of(browser, page("upload", upload.pk))
    assert "&lt;b&gt;Rice" in text
    assert "Take over 1 row" in text
    assert "not known here" in text_of(browser, page("upload", upload.pk) + "?verdict=refused")
    assert "Rice" not in text_of(browser, page("upload", upload.pk) + "?verdict=refused")
    assert Product.objects.count() == 1
    press(browser, "start_import", upload)
    assert upload.state == Upload.State.IMPORTING
    assert "You may leave this page" in text_of(browser, page("upload", upload.pk))
    work()
    upload.refresh_from_db()
    assert (upload.state, bytes(upload.data)) == (Upload.State.DONE, b"")
    assert upload.counts == {"new": 1, "refused": 1, "same": 1}
    assert Product.objects.filter(name="<b>Rice</b>").count() == 1
    assert Progress.objects.get(kind="catalog.import", subject_id=upload.pk).state == "done"
    assert "1 row was left out" in text_of(browser, page("upload", upload.pk))
    kept_for_good = str(list(Operation.objects.values_list("result", flat=True)))
    assert "new" in kept_for_good
    assert "Rice" not in kept_for_good


def test_a_list_that_meets_a_full_disk_is_taken_over_later(
    village: at.Village, signed_in: Browser, monkeypatch
) -> None:
    def full(**_wish: object) -> None:
        raise disk_full()

    at.eggs(village)
    upload = send(browser := signed_in(village.steward), OWN + "Daxin farm,Rice,Rice and grain,kg,1 kg,9\n")
    press(browser, "start_import", upload)
    waiting = DBTaskResult.objects.get(args_kwargs__args__0="catalog.import_upload")
    with monkeypatch.context() as patch:
        patch.setattr(operations, "import_batch", full)
        assert jobs.run_job.call(*waiting.args_kwargs["args"]) == "again later"
    waiting.delete()
    work()
    upload.refresh_from_db()
    assert (upload.state, upload.counts) == (Upload.State.DONE, {"new": 1})


def test_goods_that_changed_after_the_look_are_judged_again(village: at.Village, signed_in: Browser) -> None:
    browser = signed_in(village.steward)
    rows = "Sanjiang tea,Hill eggs 土鸡蛋,Eggs,piece,10,18\nDaxin farm,Pak choi 小白菜,Eggs,piece,1,9\n"
    upload = send(browser, OWN + rows)
    assert upload.counts == {"new": 2}
    at.eggs(village)
    at.pak_choi(village)
    press(browser, "start_import", upload)
    work()
    upload.refresh_from_db()
    assert [row[1] for row in upload.verdicts] == ["same", "refused"]
    assert "after the file was read" in upload.verdicts[1][3]


def test_names_are_decided_by_a_person(village: at.Village, signed_in: Browser) -> None:
    browser = signed_in(village.steward)
    rows = "Hill farm,1,Rice,bag,Grains,,2,kg,,20,5,,Box,VAT 9\nOther farm,2,Corn,,Grains,,1,kg,,8,,1,Box,VAT 9\n"
    upload = send(browser, f"{OFN_COLUMNS}\n{rows}")
    assert upload.counts == {"refused": 2}
    text = text_of(browser, page("names", upload.pk))
    assert "Producer “Hill farm”" in text
    wish = {
        "producers-0": str(village.daxin.pk),
        "producers-1": "",
        "categories-0": "new",
        "taxes-0": str(at.tax("cn-farm").pk),
        "producer_share": "80",
        "key": ids.fresh_key(),
    }
    assert browser.post(page("names", upload.pk), {**wish, "producer_share": "180"}).status_code == 422
    assert browser.post(page("names", upload.pk), wish).status_code == 302
    upload.refresh_from_db()
    assert (upload.state, upload.counts) == (Upload.State.CHECKED, {"new": 1, "refused": 1})
    assert "80 %" in text_of(browser, page("upload", upload.pk))
    press(browser, "start_import", upload)
    work()
    price = PriceVersion.objects.select_related("item__product__category", "tax_code").get()
    assert (price.price, price.purchase, price.tax_code.code) == (2000, 1600, "cn-farm")
    assert price.item.product.category.name == "Grains"
    assert price.item.product.producer == village.daxin
    assert not TaxCode.objects.filter(code="VAT 9").exists()


def test_a_large_list_is_read_by_a_job(village: at.Village, signed_in: Browser) -> None:
    browser = signed_in(village.steward)
    rows = "".join(f"Daxin farm,Rice number {number},Rice and grain,kg,1 kg,9\n" for number in range(2200))
    assert len(rows) > AT_ONCE_BYTES
    upload = send(browser, OWN + rows)
    assert upload.state == Upload.State.READ
    assert "being read" in text_of(browser, page("upload", upload.pk))
    work()
    upload.refresh_from_db()
    assert upload.counts == {"new": 2200}
    assert "page=2" in text_of(browser, page("upload", upload.pk))
    press(browser, "start_import", upload)
    work()
    assert Product.objects.count() == 2200


def test_a_broken_run_goes_on_where_it_was(village: at.Village, signed_in: Browser) -> None:
    """The job is run again with the same key, as after a crash: what was taken over stays as it is."""
    browser = signed_in(village.steward)
    upload = send(browser, OWN + "".join(f"Daxin farm,Rice {n},Rice and grain,kg,1 kg,9\n" for n in range(600)))
    press(browser, "start_import", upload)
    [call] = [task.args_kwargs["args"] for task in DBTaskResult.objects.all() if "import" in str(task.args_kwargs)]
    file = bytes(upload.data)
    jobs.run_job.call(*call)
    Product.objects.update(description="Told since then.")
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.IMPORTING, data=file)
    jobs.run_job.call(*call)
    upload.refresh_from_db()
    assert Product.objects.count() == 600
    assert PriceVersion.objects.count() == 600
    assert (upload.state, upload.counts) == (Upload.State.IMPORTING, {"new": 600})


def test_what_is_no_list_says_so(village: at.Village, signed_in: Browser) -> None:
    browser = signed_in(village.steward)
    for data in ("a,b\n1,2\n", b"\x89PNG\r\n\x1a\n" + b"\0" * 50):
        upload = send(browser, data)
        assert upload.state == Upload.State.REFUSED
        assert upload.sentence in text_of(browser, page("upload", upload.pk)).replace("&#x27;", "'")
        assert browser.post(page("start_import", upload.pk), {"key": ids.fresh_key()}).status_code == 422
    assert browser.post(page("uploads"), {"key": ids.fresh_key()}).status_code == 422


def test_a_file_is_left(village: at.Village, signed_in: Browser) -> None:
    browser = signed_in(village.steward)
    upload = send(browser, OWN + "Daxin farm,Rice,Rice and grain,kg,1 kg,9\n")
    assert browser.post(page("drop_upload", upload.pk), {"key": ids.fresh_key()}).status_code == 302
    assert not Upload.objects.exists()
    assert browser.get(page("upload", upload.pk)).status_code == 404
    assert signed_in(village.farmer).get(page("uploads")).status_code == 403


def test_every_file_name_is_taken(village: at.Village, signed_in: Browser) -> None:
    browser = signed_in(village.steward)
    name = "价格 <b>&" + "x" * 150 + ".csv"
    assert Path(send(browser, OWN + "a,b,c,kg,1 kg,1\n", name).name).suffix == ".csv"


@pytest.mark.parametrize("changed", ["data", "made_by_id", "mapping"])
def test_a_file_that_was_changed_past_the_program_is_not_taken_over(
    village: at.Village, signed_in: Browser, changed: str
) -> None:
    browser = signed_in(village.steward)
    upload = send(browser, OWN + "Daxin farm,Rice,Rice and grain,kg,1 kg,9\n")
    other = {
        "data": (OWN + "Daxin farm,Rice,Rice and grain,kg,1 kg,0.01\n").encode(),
        "made_by_id": village.daxin.pk,
        "mapping": {**upload.mapping, "decided": True},
    }
    before = getattr(upload, changed)
    Upload.objects.filter(pk=upload.pk).update(**{changed: other[changed]})
    assert uploads.strange() == [upload.name]
    answer = browser.post(page("start_import", upload.pk), {"key": ids.fresh_key()})
    assert "not as it was sent in" in answer.content.decode()
    Upload.objects.filter(pk=upload.pk).update(**{changed: before})
    assert uploads.strange() == []
    press(browser, "start_import", upload)
    Upload.objects.filter(pk=upload.pk).update(**{changed: other[changed]})
    [call] = [task.args_kwargs["args"] for task in DBTaskResult.objects.all() if "import" in str(task.args_kwargs)]
    assert jobs.run_job.call(*call) == "refused: paper.not_as_sent"
    assert not Product.objects.exists()
    assert Upload.objects.get().state == Upload.State.IMPORTING


def test_a_list_is_taken_over_in_the_name_of_who_began_it(village: at.Village, signed_in: Browser) -> None:
    other = agents.add_member(by=village.steward, name="Ola", household_name="Ola", role="steward")
    upload = send(signed_in(village.steward), OWN + "Daxin farm,Rice,Rice and grain,kg,1 kg,9\n")
    press(signed_in(other), "start_import", upload)
    work()
    assert PriceVersion.objects.get().operation.by == other


def test_no_row_of_a_list_is_read_for_who_may_not(village: at.Village, tmp_path: Path) -> None:
    """What can be no table is read by nobody: who asks is told that she may not, and not that it is none."""
    junk = tmp_path / "list.xlsx"
    junk.write_bytes(b"\x00 no table")
    kept = Upload(kind=operations.uploads.KIND, name="list.xlsx", made_by_id=village.steward.pk, data=junk.read_bytes())
    for read in (
        lambda: imports.run_import(by=village.farmer, file=junk, dry_run=True),
        lambda: imports.check(village.farmer, kept),
        lambda: imports.take_over(village.farmer, kept, "key"),
    ):
        with pytest.raises(Refusal) as refused:
            read()
        assert refused.value.code == "agents.not_allowed"
    with pytest.raises(Refusal) as refused:
        imports.check(village.steward, kept)
    assert refused.value.code == "paper.not_as_sent"
