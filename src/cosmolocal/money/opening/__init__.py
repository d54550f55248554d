"""Books that begin here: what a file says of members, balances, funds, bank and cash, and how it compares."""
