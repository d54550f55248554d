"""What the tests of the house ask of this app: who may do each deed, and what may keep a fact out of its books."""

WHO = {
    "forget": "house",
    "keep_setup_token": "house",
    "leave_local": "steward own",
    "open_accounts": "steward treasurer",
    "set_up_local": "house",
    "settle_trouble": "steward",
    "switch_practice": "steward",
    "try_again": "steward",
}
