"""Pages of goods: what each reader sees, how many statements they take, and what comes back when something is wrong."""

import io
import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from cosmolocal.agents import limits
from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Agent, Role
from cosmolocal.agents.pages import PHOTOS_AN_HOUR
from cosmolocal.catalog import demo, operations, queries
from cosmolocal.catalog.models import Category, Item, PriceVersion, Product, SupplierTerms
from cosmolocal.catalog.tests import village as at
from cosmolocal.catalog.tests.conftest import Browser
from cosmolocal.kernel import ids
from cosmolocal.paper import apart
from cosmolocal.paper.models import Picture

pytestmark = pytest.mark.django_db


def page(name: str, *args: int, **query: str) -> str:
    return reverse(f"catalog:{name}", args=args, query=query or None)


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_a_stranger_reads_what_it_is_and_costs_but_not_who_gets_what(village: at.Village, client: Client) -> None:
    product = at.pak_choi(village, description="Picked at dawn. <b>Bold</b>")
    at.put_on_the_map(product, village.daxin)
    text = text_of(client, page("product", product.pk))
    assert "Pak choi 小白菜" in text
    assert "¥ 4.20 / jin" in text
    assert "¥ 8.40 / kg" in text
    assert "Daxin farm" in text
    assert "56 km" in text
    assert "&lt;b&gt;Bold" in text
    assert "Where the price goes" not in text
    assert "3.20" not in text
    operations.set_terms(by=village.steward, producer=village.daxin, share_is_public=True)
    assert "Where the price goes" in text_of(client, page("product", product.pk))


def test_a_member_reads_who_gets_what_and_every_earlier_price(village: at.Village, signed_in: Browser) -> None:
    product = at.pak_choi(village)
    text = text_of(signed_in(village.member), page("product", product.pk))
    assert "Where the price goes" in text
    assert "Prices until now" in text
    assert "New price" not in text


def test_resting_goods_are_not_there_for_others(village: at.Village, client: Client, signed_in: Browser) -> None:
    product = at.pak_choi(village)
    operations.retire_product(by=village.steward, product=product)
    for browser, status in (
        (client, 404),
        (signed_in(village.member), 404),
        (signed_in(village.farmer), 200),
        (signed_in(village.steward), 200),
    ):
        assert browser.get(page("product", product.pk)).status_code == status


def test_the_list_takes_as_many_statements_for_thirty_as_for_three(village: at.Village, signed_in: Browser) -> None:
    browser, counts = signed_in(village.steward), []
    producers = demo.add_producers(village.steward)
    demo.build(village.steward, producers)
    names = Product.objects.order_by("name", "id").values_list("pk", flat=True)
    for shown in (3, 30):
        Product.objects.update(is_active=False)
        Product.objects.filter(pk__in=list(names[:shown])).update(is_active=True)
        browser.get(page("products"), {"state": "offer"})
        with CaptureQueriesContext(connection) as statements:
            text = text_of(browser, page("products", state="offer"))
        assert f"{shown} products" in text
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 14


def test_the_product_page_and_the_farm_take_a_fixed_number(village: at.Village, signed_in: Browser) -> None:
    product = at.pak_choi(village)
    farmer, steward = signed_in(village.farmer), signed_in(village.steward)
    counts = []
    for _turn in range(2):
        for browser, address in ((steward, page("product", product.pk)), (farmer, page("farm"))):
            browser.get(address)
            with CaptureQueriesContext(connection) as statements:
                browser.get(address)
            counts.append(len(statements))
        for number in range(20):
            draft = operations.ItemDraft(f"box {number}", prices=(operations.PriceDraft(100, 70, "cn-farm"),))
            operations.add_item(by=village.steward, product=product, draft=draft)
    assert counts[:2] == counts[2:]


def test_the_list_is_searched_and_filtered(village: at.Village, signed_in: Browser) -> None:
    at.pak_choi(village)
    at.eggs(village)
    browser = signed_in(village.steward)
    assert "Hill eggs" not in text_of(browser, page("products", q="小白"))
    assert "Pak choi" not in text_of(browser, page("products", producer=str(village.sanjiang.pk)))
    eggs = Category.objects.get(name="Eggs")
    assert "Pak choi" not in text_of(browser, page("products", category=str(eggs.pk)))
    assert "Nothing fits" in text_of(browser, page("products", state="rest"))
    assert text_of(browser, page("products", producer="x", category="9" * 40)) is not None
    csv = browser.get(page("products"), {"as": "csv", "q": "eggs"}).content.decode("utf-8-sig")
    assert "Hill eggs" in csv
    assert "Pak choi" not in csv
    assert browser.get(page("products"), {"as": "exe"}).status_code == 404


def test_who_may_open_what(village: at.Village, client: Client, signed_in: Browser) -> None:
    product = at.pak_choi(village)
    auditor = agents.add_person(by=village.house, name="Pan Yue")
    agents.join(by=village.house, member=auditor, group=village.local)
    agents.give_role(by=village.house, agent=auditor, role=Role.Name.AUDITOR)
    item = product.items.get()
    for name, args, allowed in (
        ("products", (), {"steward", "auditor"}),
        ("add_product", (), {"steward"}),
        ("edit_product", (product.pk,), {"steward", "farmer"}),
        ("photo", (product.pk,), {"steward", "farmer"}),
        ("add_item", (product.pk,), {"steward"}),
        ("edit_item", (item.pk,), {"steward"}),
        ("set_price", (item.pk,), {"steward"}),
        ("lists", (), {"steward", "auditor"}),
        ("terms", (), {"steward", "auditor"}),
        ("terms_of", (village.daxin.pk,), {"steward"}),
        ("uploads", (), {"steward"}),
    ):
        for who, agent in (("steward", village.steward), ("farmer", village.farmer), ("member", village.member)):
            status = signed_in(agent).get(page(name, *args)).status_code
            assert (status == 200) == (who in allowed), (name, who, status)
        if "auditor" in allowed:
            assert signed_in(auditor).get(page(name, *args)).status_code == 200
        assert client.get(page(name, *args)).status_code == 302


def test_a_farmer_changes_the_words_of_her_own_goods_only(village: at.Village, signed_in: Browser) -> None:
    own, other = at.pak_choi(village), at.eggs(village)
    browser = signed_in(village.farmer)
    answer = browser.post(page("edit_product", own.pk), {"description": "Picked at dawn.", "name": "Gold"})
    assert answer.status_code == 302
    own.refresh_from_db()
    assert (own.description, own.name) == ("Picked at dawn.", "Pak choi 小白菜")
    assert browser.get(page("edit_product", other.pk)).status_code == 404
    wrong = browser.post(page("edit_product", own.pk), {"description": "Organic!"})
    assert wrong.status_code == 422
    assert "certificate" in wrong.content.decode()


def test_a_farmer_says_what_she_can_give(village: at.Village, signed_in: Browser) -> None:
    item, other = at.pak_choi(village).items.get(), at.eggs(village).items.get()
    browser = signed_in(village.farmer)
    assert "Pak choi" in text_of(browser, page("farm"))
    field = f"stock-{item.pk}"
    assert browser.post(page("announce_stock"), {field: "８0", "key": ids.fresh_key()}).status_code == 302
    assert Item.objects.get(pk=item.pk).stock == 80
    unclear = browser.post(page("announce_stock"), {field: "a few", "key": ids.fresh_key()})
    assert unclear.status_code == 422
    assert 'value="a few"' in unclear.content.decode()
    assert browser.post(page("announce_stock"), {field: "", "key": ids.fresh_key()}).status_code == 302
    assert Item.objects.get(pk=item.pk).stock is None
    browser.post(page("announce_stock"), {f"stock-{other.pk}": "1", "key": ids.fresh_key()})
    assert Item.objects.get(pk=other.pk).stock == 12


def test_grams_typed_for_packs_are_asked_about(village: at.Village, signed_in: Browser) -> None:
    item = at.pak_choi(village).items.get()
    browser, field = signed_in(village.farmer), f"stock-{item.pk}"
    asked = browser.post(page("announce_stock"), {field: "80000", "key": ids.fresh_key()})
    assert asked.status_code == 422
    assert f'name="sure" value="{field}=80"' in asked.content.decode()
    assert "Nothing was kept yet" in asked.content.decode()
    said = {field: "80000", "sure": f"{field}=80", "key": ids.fresh_key()}
    assert browser.post(page("announce_stock"), said).status_code == 302
    assert Item.objects.get(pk=item.pk).stock == 80
    said = {field: "80000", "sure": f"{field}=80000", "key": ids.fresh_key()}
    assert browser.post(page("announce_stock"), said).status_code == 302
    assert Item.objects.get(pk=item.pk).stock == 80_000
    assert browser.post(page("announce_stock"), {field: "90000", "key": ids.fresh_key()}).status_code == 302


def test_cents_typed_for_a_whole_price_are_asked_about(village: at.Village, signed_in: Browser) -> None:
    """420 where the price was 4.20: the price that is meant and the one that was typed are buttons."""
    item = at.pak_choi(village).items.get()
    browser, address = signed_in(village.steward), page("set_price", item.pk)
    wish = {
        "price": "480",
        "purchase": "3.60",
        "price_for": "1 jin",
        "tax_code": at.tax("cn-grower").pk,
        "group": "",
        "key": ids.fresh_key(),
    }
    asked = browser.post(address, wish)
    assert asked.status_code == 422
    text = asked.content.decode()
    assert 'class="question"' in text
    assert "¥ 480.00 is about 114 times what it was until now, ¥ 4.20." in text.replace("\xa0", " ")
    assert 'type="submit" name="sure" value="price=480"' in text
    assert 'type="submit" name="sure" value="price=48000"' in text
    assert PriceVersion.objects.filter(item=item, group="").count() == 1
    looked = browser.post(address, {**wish, "sure": "price=480"})
    assert looked.status_code == 200
    assert "keep the old price" in looked.content.decode()
    assert 'name="sure" value="price=480"' in looked.content.decode()
    assert browser.post(address, {**wish, "sure": "price=480", "confirmed": "1"}).status_code == 302
    assert PriceVersion.objects.filter(item=item, group="").latest("id").price == 480


def test_who_insists_on_a_price_is_believed(village: at.Village, signed_in: Browser) -> None:
    item = at.pak_choi(village).items.get()
    wish = {
        "price": "480",
        "purchase": "3.60",
        "price_for": "1 jin",
        "tax_code": at.tax("cn-grower").pk,
        "sure": "price=48000",
        "confirmed": "1",
        "key": ids.fresh_key(),
    }
    assert signed_in(village.steward).post(page("set_price", item.pk), wish).status_code == 302
    assert PriceVersion.objects.filter(item=item, group="").latest("id").price == 48_000


def test_new_goods_with_a_pack_and_a_price(village: at.Village, signed_in: Browser) -> None:
    browser = signed_in(village.steward)
    category = Category.objects.get(name="Rice and grain")
    wish = {
        "producer": village.daxin.pk,
        "name": "Rice 大米",
        "category": category.pk,
        "unit": "kg",
        "key": ids.fresh_key(),
    }
    answers = [browser.post(page("add_product"), wish) for _twice in range(2)]
    product = Product.objects.get(name="Rice 大米")
    assert [answer["Location"] for answer in answers] == [page("add_item", product.pk)] * 2
    pack = {"label": "bag", "pack": "2.5 kg", "billed_by": "piece", "key": ids.fresh_key()}
    price = {"price": "32.00", "purchase": "24.50", "tax_code": at.tax("cn-farm").pk}
    wrong = browser.post(page("add_item", product.pk), {**pack, **price, "pack": "2.5 l"})
    assert wrong.status_code == 422
    assert "does not fit" in wrong.content.decode()
    assert browser.post(page("add_item", product.pk), {**pack, **price}).status_code == 302
    item = product.items.get()
    assert item.pack_quantity == 2500
    assert queries.current_prices([item.pk])[item.pk].purchase == 2450


def test_a_price_is_looked_at_before_it_is_set(village: at.Village, signed_in: Browser) -> None:
    item = at.pak_choi(village).items.get()
    browser = signed_in(village.steward)
    assert 'value="4.20"' in text_of(browser, page("set_price", item.pk))
    wish = {
        "price": "4.80",
        "purchase": "3.60",
        "price_for": "1 jin",
        "tax_code": at.tax("cn-grower").pk,
        "group": "",
        "key": ids.fresh_key(),
    }
    looked = browser.post(page("set_price", item.pk), wish)
    assert looked.status_code == 200
    assert "keep the old price" in looked.content.decode()
    assert PriceVersion.objects.filter(item=item, group="").count() == 1
    for _twice in range(2):
        assert browser.post(page("set_price", item.pk), {**wish, "confirmed": "1"}).status_code == 302
    assert [price.price for price in PriceVersion.objects.filter(item=item, group="").order_by("id")] == [420, 480]
    more = browser.post(page("set_price", item.pk), {**wish, "purchase": "5", "key": ids.fresh_key()})
    assert more.status_code == 422
    assert "more than the price" in more.content.decode()


def test_a_pack_changes_rests_and_returns(village: at.Village, signed_in: Browser) -> None:
    item = at.eggs(village).items.get()
    browser = signed_in(village.steward)
    wish = {"label": "box of 12", "pack": "1 dozen", "billed_by": "piece", "key": ids.fresh_key()}
    assert browser.post(page("edit_item", item.pk), wish).status_code == 302
    assert Item.objects.get(pk=item.pk).pack_quantity == 12
    for name, active in (("rest_item", False), ("return_item", True)):
        browser.post(page(name, item.pk), {"key": ids.fresh_key()})
        assert Item.objects.get(pk=item.pk).is_active is active


def test_a_photo_is_kept_as_pixels_only(village: at.Village, signed_in: Browser) -> None:
    product = at.pak_choi(village)
    stream = io.BytesIO()
    Image.new("RGB", (80, 60), "green").save(stream, "JPEG")
    browser = signed_in(village.farmer)
    wrong = browser.post(page("photo", product.pk), {"photo": io.BytesIO(b"<svg onload=alert(1)>")})
    assert wrong.status_code == 422
    stream.seek(0)
    stream.name = "greens.jpg"
    assert browser.post(page("photo", product.pk), {"photo": stream}).status_code == 302
    product.refresh_from_db()
    picture = Picture.objects.get(pk=product.picture_id)
    assert picture.public
    assert Client().get(picture.small_url)["Content-Type"] == "image/webp"
    signed_in(village.steward).post(page("remove_photo", product.pk), {"key": ids.fresh_key()})
    product.refresh_from_db()
    assert product.picture_id is None


def test_photos_are_read_a_few_at_a_time_and_the_form_is_kept(
    village: at.Village, signed_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    product, browser = at.pak_choi(village), signed_in(village.farmer)
    monkeypatch.setattr(apart, "_pages", threading.Semaphore(0))
    answer = browser.post(page("photo", product.pk), {"photo": io.BytesIO(b"GIF89a"), "key": "mine"})
    assert answer.status_code == 503
    assert "try again in a few seconds" in answer.content.decode()
    assert 'value="mine"' in answer.content.decode()
    for _number in range(PHOTOS_AN_HOUR):
        limits.allow("photo", f"agent-{village.farmer.pk}", times=PHOTOS_AN_HOUR, seconds=3600)
    answer = browser.post(page("photo", product.pk), {"photo": io.BytesIO(b"GIF89a"), "key": "mine"})
    assert answer.status_code == 503
    assert "wait some minutes" in answer.content.decode()
    assert 'value="mine"' in answer.content.decode()


def test_goods_rest_and_return_by_button(village: at.Village, signed_in: Browser) -> None:
    product = at.pak_choi(village)
    browser = signed_in(village.steward)
    for active in (False, True):
        browser.post(page("rest", product.pk), {"key": ids.fresh_key()})
        assert Product.objects.get(pk=product.pk).is_active is active


def test_kinds_taxes_and_terms_are_kept(village: at.Village, signed_in: Browser) -> None:
    browser = signed_in(village.steward)
    assert "jin" in text_of(browser, page("lists"))
    browser.post(page("add_category"), {"name": "Seeds", "drawing": "leaf", "weight": "5", "key": ids.fresh_key()})
    seeds = Category.objects.get(name="Seeds")
    browser.post(page("category", seeds.pk), {"drawing": "grain", "weight": "6", "key": ids.fresh_key()})
    seeds.refresh_from_db()
    assert (seeds.name, seeds.drawing, seeds.weight) == ("Seeds", "grain", 6)
    tax = {"code": "cn-farm", "name": "Farm goods", "kind": "rate", "rate": "8", "since": "2027-01-01"}
    assert browser.post(page("tax"), {**tax, "key": ids.fresh_key()}).status_code == 302
    assert at.tax("cn-farm").rates.count() == 3
    assert browser.post(page("tax"), {**tax, "code": "x", "rate": "", "key": ids.fresh_key()}).status_code == 422
    terms = {"seller": "account", "loss_after_packing": "producer", "order_by": "call", "key": ids.fresh_key()}
    assert browser.post(page("terms_of", village.daxin.pk), terms).status_code == 302
    standing = SupplierTerms.objects.get(producer=village.daxin)
    assert (standing.seller, standing.list_is_gross, standing.order_by) == ("account", False, "call")
    assert "orders by phone" in text_of(browser, page("terms"))


def test_before_there_is_a_farm_its_form_comes_first(village: at.Village, signed_in: Browser) -> None:
    steward = signed_in(village.steward)
    assert steward.get(reverse("catalog:add_product")).status_code == 200
    Agent.objects.update(is_producer=False)
    assert steward.get(reverse("catalog:add_product"))["Location"] == reverse("agents:add_organisation")


def test_a_pack_that_rests_is_said_in_words(village: at.Village, signed_in: Browser) -> None:
    item = at.pak_choi(village).items.get()
    Item.objects.filter(pk=item.pk).update(is_active=False, label="", sku="")
    item.refresh_from_db()
    page = signed_in(village.steward).get(reverse("catalog:product", args=[item.product_id])).content.decode()
    assert f'<span class="row-body">{queries.pack_text(item)}</span>' in page
