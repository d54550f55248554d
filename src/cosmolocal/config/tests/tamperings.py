"""What somebody with the database in her hands may write, and where `doctor` names it: (code, table); or, where rows
are compared with each other, ("said", some words of the sentence).
"""

_TWIN = (
    "INSERT INTO mfa_authenticator (type, data, created_at, user_id) "
    "SELECT type, data, created_at, (SELECT max(id) FROM agents_user) FROM mfa_authenticator"
)
_BEFORE_ALL = (
    "INSERT INTO kernel_operation (id, code, by_id, at, key, fingerprint, result) "
    "SELECT -1, code, by_id, at, 'x', '', result FROM kernel_operation WHERE code = 'shop.settle_round'"
)
Statements = str | tuple[str, ...]
Named = tuple[str, str]
SAID = "said"
_ASKED = "id IN (SELECT commitment_id FROM shop_producerorderline)"
_PACKED = "id IN (SELECT commitment_id FROM handovers_packed)"
_FARM = ("row", "shop_producerorder")
_PROMISED = (SAID, "is not what her order says")
_CRATE = (SAID, "does not hold what the journal says")
_CHARGED = (SAID, "is not what was charged")
_ORDERED = (SAID, "do not say what was ordered")
TAMPERINGS: dict[str, tuple[Statements, Named]] = {
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
    "name of the local": ("UPDATE kernel_node SET name = 'Other'", ("row", "kernel_node")),
    "zone": ("UPDATE kernel_node SET zone = 'Pacific/Kiritimati'", ("row", "kernel_node")),
    "a setup link nobody made": ("UPDATE kernel_node SET setup_digest = 'x', ready_at = NULL", ("row", "kernel_node")),
    "practices": ("UPDATE kernel_node SET practices = '[\"shop\"]'", ("row", "kernel_node")),
    "decimals of a unit": ("UPDATE flows_unit SET decimals = decimals + 1", ("row", "flows_unit")),
    "a measure": ("UPDATE catalog_measure SET quantity = 2 * quantity", ("row", "catalog_measure")),
    "unit of goods": (
        "UPDATE flows_resourcespecification SET unit_id = (SELECT max(id) FROM flows_unit)",
        ("row", "flows_resourcespecification"),
    ),
    "what is money": (
        "UPDATE flows_resourcespecification SET medium_of_exchange = {no}",
        ("row", "flows_resourcespecification"),
    ),
    "batch of a lot": ("UPDATE flows_economicresource SET lot = 'x'", ("row", "flows_economicresource")),
    "day of expiry": (
        "UPDATE flows_economicresource SET expires_on = '2030-01-01'",
        ("row", "flows_economicresource"),
    ),
    "when a thing is booked": (
        "UPDATE flows_commitment SET ends = {later:begins} WHERE begins IS NOT NULL",
        ("row", "flows_commitment"),
    ),
    "whose goods they are": (
        "UPDATE catalog_product SET producer_id = (SELECT max(producer_id) FROM catalog_product)",
        ("row", "catalog_product"),
    ),
    "a certificate": ("UPDATE catalog_product SET certificate = 'organic'", ("row", "catalog_product")),
    "number of goods in files": ("UPDATE catalog_item SET sku = 'x'", ("row", "catalog_item")),
    "measure of a pack": ("UPDATE catalog_item SET measure_id = NULL", ("row", "catalog_item")),
    "who changed a pack": ("DELETE FROM catalog_packchange", ("row", "catalog_packchange")),
    "sentence of a tax": ("UPDATE catalog_taxcode SET sentence = 'x'", ("row", "catalog_taxcode")),
    "day of a hand-over": (
        "UPDATE handovers_handover SET begins = {later:begins}, ends = {later:ends}",
        ("row", "handovers_handover"),
    ),
    "place of a hand-over": (
        "UPDATE handovers_handover SET place_id = (SELECT max(id) FROM agents_place)",
        ("row", "handovers_handover"),
    ),
    "where a hand-over is": (
        "UPDATE agents_place SET address = 'elsewhere' WHERE is_handover",
        ("row", "agents_place"),
    ),
    "a place for hand-overs nobody made": ("UPDATE agents_place SET is_handover = {yes}", ("row", "agents_place")),
    "when goods came": ("UPDATE handovers_receipt SET at = {later:at}", ("row", "handovers_receipt")),
    "why goods were lost": ("UPDATE handovers_loss SET reason = 'count'", ("row", "handovers_loss")),
    "number of a household": ("UPDATE agents_agent SET code = '7' WHERE name = 'Chen'", ("row", "agents_agent")),
    "name of somebody": ("UPDATE agents_agent SET name = 'Amina' WHERE name = 'Jo'", ("row", "agents_agent")),
    "somebody comes back": (
        "UPDATE agents_agent SET hidden_at = created_at WHERE name = 'Chen'",
        ("row", "agents_agent"),
    ),
    "bank of a payee": ("UPDATE agents_contact SET bank_name = 'Other'", ("row", "agents_contact")),
    "where letters go": ("UPDATE agents_contact SET email = 'thief@example.org'", ("row", "agents_contact")),
    "bank of the local": ("UPDATE money_moneybox SET bank_name = 'Other'", ("row", "money_moneybox")),
    "what a currency is": (
        "UPDATE money_currency SET money_id = specification_id",
        ("row", "money_currency"),
    ),
    "name on an account": ("UPDATE money_account SET name = 'Other'", ("row", "money_account")),
    "what a bank reads": ("UPDATE money_payment SET reference = 'Other'", ("row", "money_payment")),
    "who sent money": ("UPDATE money_unmatched SET payer = 'Other'", ("row", "money_unmatched")),
    "until when a round is open": ("UPDATE shop_orderround SET closes_at = opens_at", ("row", "shop_orderround")),
    "transport of a round": ("UPDATE shop_orderround SET transport_bp = 0", ("row", "shop_orderround")),
    "why money was given back": (
        "UPDATE shop_linecredit SET reason = 'right'",
        ("row", "shop_linecredit"),
    ),
    "whose practice a thing is": ("UPDATE bookings_thing SET kind = 'car'", ("row", "bookings_thing")),
    "how early one books": ("UPDATE bookings_terms SET ahead_days = 900", ("row", "bookings_terms")),
    "promise of a booking": (
        "UPDATE bookings_booking SET km = 1",
        ("row", "bookings_booking"),
    ),
    "a seal": ("UPDATE kernel_seal SET upto = upto - 1", ("chain", "kernel_seal")),
    "a sealed row": ("UPDATE kernel_sealedrow SET operation_id = 1", ("chain", "kernel_seal")),
    "what a farm gets": ("UPDATE shop_producerorderline SET purchase = 2 * purchase", _FARM),
    "for how much a farm gets it": (
        (
            "UPDATE shop_producerorderline SET promised = promised / 2",
            f"UPDATE flows_commitment SET quantity = quantity / 2 WHERE {_ASKED}",
        ),
        _FARM,
    ),
    "a line of a farm is gone": ("DELETE FROM shop_producerorderline WHERE purchase > 1000", _FARM),
    "whose order it is": (
        (
            "UPDATE shop_producerorder SET producer_id = (SELECT max(id) FROM agents_agent) "
            "WHERE id = (SELECT max(id) FROM shop_producerorder)"
        ),
        _FARM,
    ),
    "what a farm promised": (f"UPDATE flows_commitment SET quantity = quantity / 2 WHERE {_ASKED}", _PROMISED),
    "what was promised to a farm": (
        "UPDATE flows_commitment SET quantity = quantity + 1 WHERE id IN (SELECT payment_id FROM shop_producerorder)",
        _PROMISED,
    ),
    "of which goods a farm promised": (
        (
            "UPDATE flows_commitment SET specification_id = (SELECT max(specification_id) FROM catalog_product) "
            f"WHERE {_ASKED}"
        ),
        _PROMISED,
    ),
    "in which packs a farm promised": (
        f"UPDATE catalog_promisedpack SET quantity = 2 * quantity WHERE commitment_{_ASKED}",
        _PROMISED,
    ),
    "what lay in a crate": ("UPDATE handovers_packed SET quantity = quantity - 1 WHERE quantity > 1", _CRATE),
    "whose crate it is": (
        "UPDATE handovers_crate SET receiver_id = (SELECT id FROM agents_agent WHERE name = 'Chen') WHERE number = 1",
        _CRATE,
    ),
    "a crate that was not collected": ("UPDATE handovers_crate SET state = 'collected'", _CRATE),
    "what was packed and what was promised": (
        (
            "UPDATE handovers_packed SET quantity = quantity - 1 WHERE quantity > 1",
            f"UPDATE flows_commitment SET quantity = quantity - 1 WHERE quantity > 1 AND {_PACKED}",
        ),
        _CHARGED,
    ),
    "packed after the round was settled": (
        (
            "UPDATE handovers_packed SET quantity = quantity - 1, at = {later:at} WHERE quantity > 1",
            (
                "UPDATE flows_commitment SET quantity = quantity - 1, output_of_id = NULL "
                f"WHERE quantity > 1 AND {_PACKED}"
            ),
        ),
        _CHARGED,
    ),
    "packed for nobody": ("DELETE FROM handovers_packed", _CHARGED),
    "item of an offer": (
        (
            "UPDATE shop_roundoffer SET item_id = (SELECT max(id) FROM catalog_item), lot_id = (SELECT max(id) "
            "FROM flows_economicresource) WHERE id = (SELECT min(offer_id) FROM shop_orderline)"
        ),
        _ORDERED,
    ),
    "pack of a line": ("UPDATE shop_orderline SET pack_id = (SELECT max(id) FROM catalog_packversion)", _ORDERED),
    "how much a line is": ("UPDATE shop_orderline SET wished = 2 * wished", _ORDERED),
    "how much a line may be": ("UPDATE shop_orderline SET cap = 2 * cap", _ORDERED),
    "for whom goods were promised": (
        (
            "UPDATE flows_commitment SET receiver_id = (SELECT max(id) FROM agents_agent) "
            "WHERE id IN (SELECT commitment_id FROM shop_orderline)"
        ),
        _ORDERED,
    ),
}
