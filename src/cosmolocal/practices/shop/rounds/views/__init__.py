"""The steward's pages of rounds and of their goods."""
