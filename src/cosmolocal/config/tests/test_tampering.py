"""Who changes the database past the program is found, however well the change fits the journal; on both databases."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction

from cosmolocal.agents import operations as agents
from cosmolocal.agents.models import Contact
from cosmolocal.bookings import operations as bookings
from cosmolocal.catalog import operations as catalog
from cosmolocal.config import doctor
from cosmolocal.config.tests.tamperings import SAID, TAMPERINGS, Named
from cosmolocal.handovers import operations as handovers
from cosmolocal.handovers import queries as handovers_queries
from cosmolocal.handovers.models import Receipt
from cosmolocal.kernel import clock, practices, proving, seals, triggers
from cosmolocal.kernel.models import Operation, Seal, SealedRow, Written
from cosmolocal.money import operations as money
from cosmolocal.money import queries as money_queries
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop.models import OrderLine
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, THURSDAY, Village


@pytest.fixture
def village(db: None, monkeypatch: pytest.MonkeyPatch) -> Village:
    """A round that was settled, a payment list that waits, one that was paid; everything sealed, in many seals."""
    monkeypatch.setattr(seals, "OPERATIONS_EACH", 20)
    with clock.frozen_at(MONDAY):
        village = builder.build()
        catalog.retire_item(by=village.home, item=village.items["Cabbage"])
        catalog.return_item(by=village.home, item=village.items["Cabbage"])
    with clock.frozen_at(MONDAY + timedelta(hours=1)):
        round = village.round()
        village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
        village.order(round, "Jo", {"Pak choi": 4, "Lotus root": 2})
        amina = village.people["Amina"]
        agents.make_user(by=village.home, agent=amina, email="amina@example.org")
        agents.change_contact(
            by=amina, agent=amina, contact=agents.ContactDraft("amina@example.org", iban="DE89370400440532013000")
        )
        agents.add_passkey(
            by=amina, user=amina.user, name="Phone", credential={"id": "c2Vh", "response": {"x": [1, 2]}}
        )
        agents.make_sign_in_code(by=village.people["Li Na"], on_behalf_of=amina, code="ABCD2345")
        agents.use_sign_in_code(by=village.home, code="ABCD2345")
        agents.invite(by=village.people["Li Na"], token="a")
        agents.accept_invitation(by=village.home, token="a", name="Newcomer")
        account = money_queries.account_for(village.households["Amina"])
        assert account is not None
        money.top_up(by=village.home, account=account, box=money_queries.boxes()[0], amount=100, reference="from her")
        bank = next(box for box in money_queries.boxes() if box.kind == "bank")
        money.top_up_unmatched(by=village.home, box=bank, amount=100, payer="Somebody", reference="for her")
        _lend(village)
    with clock.frozen_at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with clock.frozen_at(THURSDAY):
        village.receive(round)
        handovers.lose(
            by=village.people["Tan Mei"],
            handover=round.handover,
            lot_id=Receipt.objects.order_by("pk")[0].lot_id,
            quantity=10,
            reason="spoiled",
        )
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        line = OrderLine.objects.order_by("pk")[0]
        shop.credit_line(by=village.people["Keeper Lu"], line=line, quantity=1, reason="spoiled")
    with clock.frozen_at(THURSDAY + timedelta(hours=1)):
        settled = shop.settle_round(by=village.people["Li Na"], round=round)
        shop.pay_producers(by=village.people["Wei Guo"], round=settled, box=bank)
        assert seals.seal() > 0
    return village


def _lend(village: Village) -> None:
    """A bike of the local, booked for tomorrow."""
    amina = village.people["Amina"]
    bike = bookings.add_thing(
        by=village.people["Li Na"],
        practice="sharing",
        holder=village.home,
        draft=bookings.ThingDraft("bike", "Bike"),
        terms=bookings.TermsDraft(by_hour=100),
    )
    hours = (MONDAY + timedelta(days=1), MONDAY + timedelta(days=1, hours=3))
    wish = bookings.BookingDraft(bike.pk, *hours)
    bookings.book(by=amina, person=amina, household=village.households["Amina"], drafts=[wish])


def found() -> set[Named]:
    """What doctor names. In pieces, as it reads many years, it names these rows in these words too; of a seal that was
    given another end, what lies at either end besides.
    """
    whole = proving.examine()
    with pytest.MonkeyPatch.context() as small:
        small.setattr(proving, "AT_ONCE", 15)
        pieces = [broken for look in proving.looks() for broken in look()]
    assert set(whole) <= set(pieces)
    assert kinds(whole) == kinds(pieces)
    return kinds(whole) | compared()


def compared() -> set[Named]:
    """What doctor says of rows that are compared with each other."""
    practices_say = (wrong for one in practices.installed() if one.wrong for wrong in one.wrong())
    return {(SAID, wrong.what) for wrong in [*handovers_queries.wrong(), *practices_say]}


def kinds(complaints: list[proving.Broken]) -> set[tuple[str, str]]:
    return {(broken.code, broken.table) for broken in complaints}


@contextmanager
def unguarded() -> Iterator[None]:
    """Somebody with the database in her hands takes the guards away. Afterwards all is as before."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        triggers.lift()
        yield
        transaction.set_rollback(True)


def tamper(statements: Iterable[str], look: Callable[[], set[Named]]) -> set[Named]:
    """She changes rows, and `look` tells what is named; then they are as they were."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(_in_words_of(connection.vendor, statement))
                assert cursor.rowcount > 0, statement
        told = look()
        transaction.set_rollback(True)
    return told


def _in_words_of(vendor: str, statement: str) -> str:
    """`{yes}`, `{no}`, and `{later:column}`: an hour later."""
    sqlite = vendor == "sqlite"
    later = r"datetime(\1, '+1 hour')" if sqlite else r"\1 + interval '1 hour'"
    words = ("1", "0") if sqlite else ("true", "false")
    for name, word in zip(("yes", "no"), words, strict=True):
        statement = statement.replace(f"{{{name}}}", word)
    return re.sub(r"\{later:(\w+)\}", later, statement)


Sitting = dict[str, tuple[list[str], Named]]


def sittings() -> list[Sitting]:
    """Tamperings that may be looked at together: in each sitting no two are named at the same place, so that each that
    was found was found for itself. What touches the seals is looked at alone, since it may be named anywhere; and what
    is compared, since two rows that do not agree are named once.
    """
    alone, together = list[Sitting](), list[Sitting]()
    for name, (written, named) in TAMPERINGS.items():
        statements = [written] if isinstance(written, str) else list(written)
        if named[0] == SAID or any("kernel_seal" in statement for statement in statements):
            alone.append({name: (statements, named)})
            continue
        fits = next((one for one in together if all(named != other for _sql, other in one.values())), None)
        if fits is None:
            together.append(fits := {})
        fits[name] = (statements, named)
    return [*together, *alone]


def _is_named(named: Named, told: set[Named]) -> bool:
    code, words = named
    return named in told or any(code == SAID == other and words in sentence for other, sentence in told)


def test_each_tampering_is_found(village: Village) -> None:
    assert found() == set()
    missed = {}
    with unguarded():
        for sitting in sittings():
            statements = [statement for written, _named in sitting.values() for statement in written]
            is_compared = all(code == SAID for _sql, (code, _table) in sitting.values())
            told = tamper(statements, compared if is_compared else found)
            missed.update({name: named for name, (_sql, named) in sitting.items() if not _is_named(named, told)})
    assert missed == {}
    assert found() == set()


def test_an_address_that_only_the_sign_in_knows_is_named(village: Village) -> None:
    amina, jo = village.people["Amina"], village.people["Jo"]
    agents.make_user(by=village.home, agent=jo)
    EmailAddress.objects.create(user=amina.user, email="amina@example.org", verified=True, primary=True)
    assert not [one for one in doctor.examine() if "example.org" in one.what]
    EmailAddress.objects.filter(user=amina.user).update(email="thief@example.org")
    EmailAddress.objects.create(user=jo.user, email="other@example.org")
    told = [one for one in doctor.examine() if "example.org" in one.what]
    assert [("Amina" in one.what, "Jo" in one.what, one.grave) for one in told] == [
        (True, False, True),
        (False, True, True),
    ]
    for her in (amina, jo):
        agents.sign_out_everywhere(by=her, agent=her)
    assert not [one for one in doctor.examine() if "example.org" in one.what]


def test_what_is_written_past_every_operation_is_never_sealed(village: Village) -> None:
    agents.give_role(by=village.home, agent=village.people["Jo"], role="packer")
    assert found() == set()
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # what a transaction of her own would have
                cursor.execute("SELECT set_config('cosmolocal.operation', '', true)")
            cursor.execute("UPDATE catalog_item SET pack_quantity = 7 WHERE label = 'loaf'")
        assert ("unwritten", "catalog_item") in found()
        seals.seal()
        assert ("unwritten", "catalog_item") in found()
        transaction.set_rollback(True)


def test_evidence_refuses_to_be_changed(village: Village) -> None:
    for statement in (
        "UPDATE kernel_operation SET by_id = by_id + 1 WHERE code = 'money.set_limits'",
        "UPDATE kernel_operation SET result = NULL",
        "UPDATE kernel_operation SET result = '8' WHERE code = 'money.set_limits'",
        "UPDATE kernel_operation SET result = '8' WHERE code = 'shop.settle_round'",
        "DELETE FROM kernel_operation",
        "UPDATE flows_economicevent SET at = at",
        "UPDATE catalog_priceversion SET price = 1",
        "UPDATE catalog_packversion SET label = 'half a sack'",
        "DELETE FROM catalog_promisedpack",
        "UPDATE shop_order SET final = 1 WHERE state = 'settled'",
        "DELETE FROM shop_order WHERE state = 'settled'",
        "UPDATE shop_orderround SET result = '{}' WHERE state = 'settled'",
        "DELETE FROM handovers_receipt",
        "UPDATE handovers_receipt SET promised = 1",
        "UPDATE money_payment SET amount = 1",
        "DELETE FROM money_paymentlist",
        "UPDATE agents_role SET name = 'steward'",
        "DELETE FROM agents_role",
        "DELETE FROM agents_membership",
        "UPDATE agents_approval SET needed = 0",
        "DELETE FROM agents_approval_excluded",
        "UPDATE mfa_authenticator SET user_id = user_id + 1",
        "UPDATE agents_signincode SET made_by_id = agent_id",
        "UPDATE agents_invitation SET role = 'treasurer'",
        "UPDATE money_note SET operation_id = operation_id + 1",
        "UPDATE kernel_seal SET upto = 0",
        "DELETE FROM kernel_sealedrow",
        "UPDATE kernel_sealedrow SET salt = NULL WHERE \"table\" = 'agents_contact'",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_every_operation_is_closed_when_it_ends(village: Village) -> None:
    assert Operation.objects.count() > 50
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_operation WHERE result IS NULL")
        assert cursor.fetchone() == (0,)


def test_leaving_and_erasing_break_no_seal(village: Village) -> None:
    amina = village.people["Amina"]
    contact = SealedRow.objects.get(table="agents_contact", row_id=Contact.objects.get(agent=amina).pk)
    assert contact.salt
    agents.leave(by=village.people["Li Na"], agent=village.people["Jo"])
    agents.leave(by=village.people["Li Na"], agent=amina)
    seals.seal()
    with clock.frozen_at(clock.now() + timedelta(days=20 * 366)):
        agents.anonymise_due(by=village.home)
        assert not Contact.objects.filter(agent=amina).exists()
        seals.seal()
    assert found() == set()
    contact.refresh_from_db()
    assert contact.salt is None
    assert not Written.objects.exists()


def test_seals_follow_each_other_and_nothing_new_makes_none(village: Village) -> None:
    assert seals.seal() == 0
    agents.give_role(by=village.home, agent=village.people["Jo"], role="packer")
    assert seals.seal() == 1
    second, first = Seal.objects.order_by("-number")[:2]
    assert second.previous == seals.digest(first)
    assert second.operations == 1
    assert [row.table for row in second.sealed.all()] == ["agents_role"]


def test_nothing_sealed_for_a_day_is_said(village: Village) -> None:
    with clock.frozen_at(THURSDAY + timedelta(days=1)):
        agents.give_role(by=village.home, agent=village.people["Jo"], role="packer")
    with clock.frozen_at(THURSDAY + timedelta(days=3)):
        assert found() == {("late", "kernel_operation")}
