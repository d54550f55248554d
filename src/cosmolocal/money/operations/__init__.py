"""What can be done with money, by noun: accounts, transfers, money in, money out, costs, months, opening books."""

from cosmolocal.money.operations.accounts import (
    change_box,
    change_levels,
    close_account,
    open_account,
    open_box,
    open_currency,
    open_round_account,
    set_limits,
)
from cosmolocal.money.operations.carrying import move_money, receive_money
from cosmolocal.money.operations.costs import count_cash, pay_cost, undo
from cosmolocal.money.operations.deciding import choose_deciders
from cosmolocal.money.operations.incoming import match_unmatched, pay_in_coins, send_back, top_up, top_up_unmatched
from cosmolocal.money.operations.ledger import Leg
from cosmolocal.money.operations.looks import agree_entries, look_at_group, question_entry
from cosmolocal.money.operations.months import close_month
from cosmolocal.money.operations.numbers import agree_number
from cosmolocal.money.operations.opening import import_opening_books, import_people
from cosmolocal.money.operations.payouts import (
    PaymentDraft,
    agree_payment_list,
    confirm_list,
    confirm_payment,
    drop_payment_list,
    make_payment_list,
    pay_back,
    return_payment,
)
from cosmolocal.money.operations.transfers import refund, release_reservation, transfer, transfer_many
from cosmolocal.money.operations.uploads import Head, Judgement, keep_file, map_file, note_progress, take_file_over

__all__ = [
    "Head",
    "Judgement",
    "Leg",
    "PaymentDraft",
    "agree_entries",
    "agree_number",
    "agree_payment_list",
    "change_box",
    "change_levels",
    "choose_deciders",
    "close_account",
    "close_month",
    "confirm_list",
    "confirm_payment",
    "count_cash",
    "drop_payment_list",
    "import_opening_books",
    "import_people",
    "keep_file",
    "look_at_group",
    "make_payment_list",
    "map_file",
    "match_unmatched",
    "move_money",
    "note_progress",
    "open_account",
    "open_box",
    "open_currency",
    "open_round_account",
    "pay_back",
    "pay_cost",
    "pay_in_coins",
    "question_entry",
    "receive_money",
    "refund",
    "release_reservation",
    "return_payment",
    "send_back",
    "set_limits",
    "take_file_over",
    "top_up",
    "top_up_unmatched",
    "transfer",
    "transfer_many",
    "undo",
]
