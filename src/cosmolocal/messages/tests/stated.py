"""What the tests of the house ask of this app: who may do each deed, and what may keep a fact out of its books."""

from cosmolocal.kernel.tests.stating import ROLE

WHO = {
    "begin_daily_mail": "house",
    "choose": "own",
    "choose_many": "own",
    "hold": "house",
    "let_go": "steward",
    "mark": "house",
    "send": "inside",
    "send_again": "steward",
    "tell_in_person": "steward",
}
FACTS = {
    "hold": ROLE,
    "mark": ROLE,
    "tell_in_person": ROLE,
}
