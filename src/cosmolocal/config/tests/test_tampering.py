"""Who changes the database past the program is found, however well the change fits the journal; on both databases."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction

from cosmolocal.agents import operations as people
from cosmolocal.agents.models import Contact
from cosmolocal.config import doctor
from cosmolocal.handovers import operations as handovers
from cosmolocal.kernel import clock, proving, seals, triggers
from cosmolocal.kernel.models import Operation, Seal, SealedRow, Written
from cosmolocal.money import operations as money
from cosmolocal.money import queries as purse
from cosmolocal.practices.shop import operations as shop
from cosmolocal.practices.shop.tests import village as builder
from cosmolocal.practices.shop.tests.village import CLOSING, MONDAY, THURSDAY, Village


@pytest.fixture
def village(db: None, monkeypatch: pytest.MonkeyPatch) -> Village:
    """A round that was settled, a payment list that waits, one that was paid; everything sealed, in many seals."""
    monkeypatch.setattr(seals, "OPERATIONS_EACH", 20)
    with clock.standing_at(MONDAY):
        village = builder.build()
    with clock.standing_at(MONDAY + timedelta(hours=1)):
        round = village.round()
        village.order(round, "Amina", {"Pak choi": 2, "Eggs": 1})
        village.order(round, "Jo", {"Pak choi": 4, "Lotus root": 2})
        amina = village.people["Amina"]
        people.make_user(by=village.home, agent=amina, email="amina@example.org")
        people.change_contact(
            by=amina, agent=amina, contact=people.ContactDraft("amina@example.org", iban="DE89370400440532013000")
        )
        people.add_passkey(
            by=amina, user=amina.user, name="Phone", credential={"id": "c2Vh", "response": {"x": [1, 2]}}
        )
        people.make_sign_in_code(by=village.people["Li Na"], on_behalf_of=amina, code="ABCD2345")
        people.use_sign_in_code(by=village.home, code="ABCD2345")
        people.invite(by=village.people["Li Na"], token="a")
        people.accept_invitation(by=village.home, token="a", name="Newcomer")
        account = purse.account_for(village.households["Amina"])
        assert account is not None
        money.top_up(by=village.home, account=account, box=purse.boxes()[0], amount=100, reference="from her")
    with clock.standing_at(CLOSING + timedelta(minutes=31)):
        village.close(round)
    with clock.standing_at(THURSDAY):
        village.receive(round)
        handovers.pack_all(by=village.people["Tan Mei"], handover=round.handover)
        settled = shop.settle_round(by=village.people["Li Na"], round=round)
        bank = next(box for box in purse.boxes() if box.kind == "bank")
        shop.pay_producers(by=village.people["Wei Guo"], round=settled, box=bank)
        assert seals.seal() > 0
    return village


def found() -> set[tuple[str, str]]:
    """What doctor names. In pieces, as it reads many years, it names these rows in these words too; of a seal that was
    given another end, what lies at either end besides.
    """
    whole = proving.examine()
    with pytest.MonkeyPatch.context() as small:
        small.setattr(proving, "AT_ONCE", 15)
        pieces = [broken for look in proving.looks() for broken in look()]
    assert set(whole) <= set(pieces)
    assert kinds(whole) == kinds(pieces)
    return kinds(whole)


def kinds(complaints: list[proving.Broken]) -> set[tuple[str, str]]:
    return {(broken.code, broken.table) for broken in complaints}


_TWIN = (
    "INSERT INTO mfa_authenticator (type, data, created_at, user_id) "
    "SELECT type, data, created_at, (SELECT max(id) FROM agents_user) FROM mfa_authenticator"
)
_BEFORE_ALL = (
    "INSERT INTO kernel_operation (id, code, by_id, at, key, fingerprint, result) "
    "SELECT -1, code, by_id, at, 'x', '', result FROM kernel_operation WHERE code = 'shop.settle_round'"
)
TAMPERINGS = {
    "author of a deed": (
        "UPDATE kernel_operation SET by_id = (SELECT min(id) FROM agents_agent) WHERE code = 'shop.settle_round'",
        ("operation", "kernel_operation"),
    ),
    "what a deed gave": (
        "UPDATE kernel_operation SET result = '7' WHERE code = 'shop.settle_round'",
        ("operation", "kernel_operation"),
    ),
    "a deed is gone": (
        "DELETE FROM kernel_operation WHERE code = 'money.set_limits'",
        ("operation", "kernel_operation"),
    ),
    "day of an event": (
        "UPDATE flows_economicevent SET at = '2026-10-01 10:00:00+00:00' WHERE reason = 'order'",
        ("operation", "kernel_operation"),
    ),
    "sum of an order": ("UPDATE shop_order SET final = final - 100 WHERE final > 100", ("row", "shop_order")),
    "split of a line": (
        "UPDATE shop_orderline SET for_producer = for_producer + 1, for_running = for_running - 1",
        ("row", "shop_order"),
    ),
    "a line without a part": ("UPDATE shop_orderline SET for_transport = NULL", ("row", "shop_order")),
    "a deed before all others": (_BEFORE_ALL, ("operation", "kernel_operation")),
    "a line is gone": (
        "DELETE FROM shop_orderline WHERE id = (SELECT max(id) FROM shop_orderline)",
        ("row", "shop_order"),
    ),
    "sum of a receipt": ("UPDATE handovers_receipt SET accepted = accepted - 1", ("row", "handovers_receipt")),
    "result of a round": ("UPDATE shop_orderround SET result = '{}'", ("row", "shop_orderround")),
    "a list agreed without votes": ("UPDATE money_paymentlist SET state = 'agreed'", ("row", "money_paymentlist")),
    "an approval without votes": ("UPDATE agents_approval SET state = 'granted'", ("row", "agents_approval")),
    "a vote nobody gave": (
        "INSERT INTO agents_vote SELECT 1, {yes}, '', asked_at, id, asked_by_id FROM agents_approval",
        ("row", "agents_vote"),
    ),
    "who may not vote": ("DELETE FROM agents_approval_excluded", ("row", "agents_approval_excluded")),
    "sum of a payment": ("UPDATE money_payment SET amount = amount + 1", ("row", "money_payment")),
    "bank account of a member": (
        "UPDATE agents_contact SET iban = 'DE02120300000000202051' WHERE iban <> ''",
        ("row", "agents_contact"),
    ),
    "bank account of the local": ("UPDATE money_moneybox SET number = '1'", ("row", "money_moneybox")),
    "role": ("UPDATE agents_role SET name = 'steward' WHERE name = 'packer'", ("row", "agents_role")),
    "a role nobody gave": (
        "INSERT INTO agents_role (agent_id, name, since) SELECT agent_id, 'treasurer', since FROM agents_role",
        ("row", "agents_role"),
    ),
    "limit": (
        "UPDATE flows_economicresource SET floor = -5000000 WHERE floor = 0",
        ("row", "flows_economicresource"),
    ),
    "price": ("UPDATE catalog_priceversion SET price = price + 1", ("row", "catalog_priceversion")),
    "what was ordered": ("UPDATE catalog_packversion SET quantity = 2 * quantity", ("row", "catalog_packversion")),
    "tax rate": ("UPDATE catalog_taxrate SET rate_bp = 100", ("row", "catalog_taxrate")),
    "mail one signs in with": (
        "UPDATE agents_user SET email = 'thief@example.org' WHERE id = (SELECT min(id) FROM agents_user)",
        ("row", "agents_user"),
    ),
    "until when a session is borrowed": (
        "UPDATE agents_user SET lent_until = NULL WHERE lent_until > '2000-01-01'",
        ("row", "agents_user"),
    ),
    "every session stays open": ("UPDATE agents_user SET session_salt = 'x'", ("row", "agents_user")),
    "a password": ("UPDATE agents_user SET password = 'x'", ("row", "agents_user")),
    "whose passkey it is": (
        "UPDATE mfa_authenticator SET user_id = (SELECT max(id) FROM agents_user)",
        ("row", "mfa_authenticator"),
    ),
    "key of a passkey": ('UPDATE mfa_authenticator SET data = \'{"name": "Phone"}\'', ("row", "mfa_authenticator")),
    "a passkey is gone": ("DELETE FROM mfa_authenticator", ("row", "mfa_authenticator")),
    "a passkey nobody added": (_TWIN, ("row", "mfa_authenticator")),
    "whose sign-in code it is": ("UPDATE agents_signincode SET digest = 'x'", ("row", "agents_signincode")),
    "who made a sign-in code": ("UPDATE agents_signincode SET made_by_id = agent_id", ("row", "agents_signincode")),
    "a sign-in code opens twice": ("UPDATE agents_signincode SET used_at = NULL", ("row", "agents_signincode")),
    "as what somebody is invited": ("UPDATE agents_invitation SET role = 'treasurer'", ("row", "agents_invitation")),
    "how many are invited": ("UPDATE agents_invitation SET uses_left = 99", ("row", "agents_invitation")),
    "words beside a booking": ("UPDATE money_note SET words = 'a gift'", ("row", "money_note")),
    "words are gone": ("DELETE FROM money_note", ("row", "money_note")),
    "who changed the number members pay to": (
        "UPDATE money_moneybox SET number_deed_id = (SELECT min(id) FROM kernel_operation)",
        ("row", "money_moneybox"),
    ),
    "bank account of a member whose salt is gone": (
        ("UPDATE kernel_sealedrow SET salt = NULL", "UPDATE agents_contact SET iban = 'X1' WHERE iban <> ''"),
        ("row", "agents_contact"),
    ),
    "somebody signs in no more, and her salt is gone": (
        (
            "UPDATE kernel_sealedrow SET salt = NULL WHERE \"table\" = 'agents_user'",
            "UPDATE agents_user SET is_active = {no}",
        ),
        ("row", "agents_user"),
    ),
    "a seal": ("UPDATE kernel_seal SET upto = upto - 1", ("chain", "kernel_seal")),
    "a sealed row": ("UPDATE kernel_sealedrow SET operation_id = 1", ("chain", "kernel_seal")),
}


def tamper(statements: str | tuple[str, ...]) -> set[tuple[str, str]]:
    """Somebody with the database in her hands takes the guards away, changes rows, and puts the guards back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            triggers.lift()
            yes, no = ("true", "false") if connection.vendor == "postgresql" else ("1", "0")
            for statement in (statements,) if isinstance(statements, str) else statements:
                cursor.execute(statement.replace("{yes}", yes).replace("{no}", no))
                assert cursor.rowcount > 0, statement
        triggers.protect()
        told = found()
        transaction.set_rollback(True)
    return told


def test_each_tampering_is_found(village: Village) -> None:
    assert found() == set()
    told = {name: tamper(statement) for name, (statement, _expected) in TAMPERINGS.items()}
    assert {name: told[name] for name, (_sql, expected) in TAMPERINGS.items() if expected not in told[name]} == {}
    assert found() == set()


def test_an_address_that_only_the_sign_in_knows_is_named(village: Village) -> None:
    amina, jo = village.people["Amina"], village.people["Jo"]
    people.make_user(by=village.home, agent=jo)
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
        people.sign_out_everywhere(by=her, agent=her)
    assert not [one for one in doctor.examine() if "example.org" in one.what]


def test_what_is_written_past_every_operation_is_never_sealed(village: Village) -> None:
    people.give_role(by=village.home, agent=village.people["Jo"], role="packer")
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
    people.leave(by=village.people["Li Na"], agent=village.people["Jo"])
    people.leave(by=village.people["Li Na"], agent=amina)
    seals.seal()
    with clock.standing_at(clock.now() + timedelta(days=20 * 366)):
        people.anonymise_due(by=village.home)
        assert not Contact.objects.filter(agent=amina).exists()
        seals.seal()
    assert found() == set()
    contact.refresh_from_db()
    assert contact.salt is None
    assert not Written.objects.exists()


def test_seals_follow_each_other_and_nothing_new_makes_none(village: Village) -> None:
    assert seals.seal() == 0
    people.give_role(by=village.home, agent=village.people["Jo"], role="packer")
    assert seals.seal() == 1
    second, first = Seal.objects.order_by("-number")[:2]
    assert second.previous == seals.digest(first)
    assert second.operations == 1
    assert [row.table for row in second.sealed.all()] == ["agents_role"]


def test_nothing_sealed_for_a_day_is_said(village: Village) -> None:
    with clock.standing_at(THURSDAY + timedelta(days=1)):
        people.give_role(by=village.home, agent=village.people["Jo"], role="packer")
    with clock.standing_at(THURSDAY + timedelta(days=3)):
        assert found() == {("late", "kernel_operation")}
