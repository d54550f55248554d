"""Pages about money: a member's own account, the treasurer's desk, deeds, payouts, books, opening books."""
