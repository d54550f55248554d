"""What a lent session may do (`agents.sessions`: begun by a code, an invitation or an address that somebody else made).

`no`: never; `partly`: what the reason names is refused; `looked`: a fact that is kept, and somebody else looks at it;
`yes`. Each deed of people, money, hand-overs and the shop stands here once, with a reason: `(word, why, deeds)`.
A new operation needs its place.
"""

ROWS: tuple[tuple[str, str, str], ...] = (
    # Money.
    ("no", "moves money of others, or says how far it may go", "money.transfer money.transfer_many money.refund"),
    ("no", "the same", "money.release_reservation money.set_limits money.change_levels money.close_account"),
    ("no", "the same, of all households in a round; it can wait", "shop.settle_round shop.follow_facts"),
    ("no", "gives money back for a line; says later who of two pays", "shop.credit_line shop.swap_settled"),
    ("no", "pays out: drawn up, agreed, confirmed, dropped", "money.make_payment_list money.agree_payment_list"),
    ("no", "the same", "money.confirm_list money.confirm_payment money.drop_payment_list money.pay_back"),
    ("no", "the same", "shop.pay_producers"),
    (
        "no",
        "is the second pair of eyes, or says who is",
        "money.agree_entries money.agree_number money.choose_deciders",
    ),
    ("no", "is a vote", "agents.vote"),
    ("no", "ends what may still be changed", "money.close_month"),
    ("no", "writes balances of others", "money.import_people money.import_opening_books money.take_file_over"),
    ("partly", "no account number to which members pay", "money.open_box money.change_box"),
    ("looked", "money came in, went out or was counted: a fact", "money.top_up money.pay_cost"),
    ("looked", "the same", "money.pay_in_coins money.match_unmatched money.send_back money.move_money"),
    ("looked", "the same", "money.count_cash money.return_payment money.undo"),
    ("looked", "coins at the door: a fact", "shop.take_cash shop.undo_cash"),
    ("looked", "which crate was taken is a fact; it moves what two households pay", "shop.swap_orders"),
    ("yes", "nobody's yet: to say whose it is is looked at", "money.top_up_unmatched"),
    ("yes", "opens what holds nothing yet", "money.open_account money.open_round_account money.open_currency"),
    ("yes", "a file that nobody has taken over", "money.keep_file money.map_file money.note_progress"),
    ("yes", "asks, and keeps an entry on the list", "money.question_entry"),
    ("yes", "by the node", "money.look_at_group"),
    # People.
    ("partly", "names no steward and no treasurer", "agents.give_role agents.add_member agents.invite"),
    ("partly", "no bank account, and no other way in", "agents.change_contact agents.add_producer"),
    ("partly", "the same", "agents.add_organisation agents.add_person"),
    ("partly", "no passkey, unless she has no way in of her own", "agents.add_passkey agents.remove_passkey"),
    ("partly", "no code for herself: it would begin a session that is not lent", "agents.make_sign_in_code"),
    ("yes", "who comes by it is lent herself, and a place in a circle grows old first (0027)", "agents.join"),
    ("yes", "the same", "agents.add_circle agents.make_user agents.welcome"),
    ("yes", "her tasks stay ended, and a code for her lends a session", "agents.bring_back"),
    ("yes", "ends what can be given again", "agents.end_role agents.leave_group agents.withdraw_invitation"),
    (
        "yes",
        "the same; what she has stays on her account",
        "agents.leave agents.end_helping agents.decline agents.rename_passkey",
    ),
    ("yes", "helps somebody who consented, or says so", "agents.start_helping"),
    ("yes", "ends sessions, also this one", "agents.sign_out_everywhere"),
    (
        "yes",
        "words and places",
        "agents.change_local agents.change_profile agents.change_group agents.add_place agents.change_place",
    ),
    ("yes", "the same", "agents.set_place agents.note_age agents.import_holidays agents.remove_holiday"),
    ("yes", "before anybody is signed in, or by the node", "agents.ask_to_join agents.forget_ways_in"),
    (
        "yes",
        "the same",
        "agents.accept_invitation agents.found_local agents.use_sign_in_code agents.anonymise_due agents.ask_approval",
    ),
    # Hand-overs: what lies on the table has happened, and people at the door sign in by a code shown to them.
    ("yes", "weighed, packed, handed over, lost, put right: facts", "handovers.receive handovers.correct_receipt"),
    ("yes", "the same", "handovers.pack handovers.pack_all handovers.pack_from_paper handovers.pack_line"),
    ("yes", "the same", "handovers.unpack_line handovers.tick_line handovers.close_crate handovers.give_back"),
    ("yes", "the same", "handovers.hand_over handovers.hand_over_all handovers.hand_over_listed handovers.take_back"),
    ("yes", "the same", "handovers.leave_crate handovers.lose handovers.lose_packed handovers.divide_lot"),
    ("yes", "the same; orders go with it by shop.swap_orders only", "handovers.mix_lots handovers.swap_crates"),
    ("yes", "plans the work", "handovers.plan_handover handovers.make_crates handovers.claim_crate"),
    ("yes", "the same", "handovers.allow_unweighed handovers.close_handover"),
    # The shop.
    ("yes", "orders for her own household, within its limit", "shop.place_order shop.fill_basket shop.cancel_order"),
    ("yes", "what came too late is sold at its price", "shop.late_change shop.offer_extra"),
    ("yes", "runs a round; no money moves before it is settled", "shop.plan_round shop.open_round shop.change_round"),
    ("yes", "the same", "shop.close_round shop.reopen_round shop.cancel_round shop.send_producer_orders"),
    ("yes", "the same", "shop.offer_items shop.withdraw_items shop.choose_goods shop.set_shortage shop.announce_stock"),
    ("yes", "letters, and how the shop is set", "shop.remind shop.tell_ready shop.mark_told shop.write_to_producer"),
    ("yes", "the same", "shop.hear_of_letters shop.change_settings"),
)
TABLE = {code: word for word, _why, codes in ROWS for code in codes.split()}
