"""A round: planned, open, closed, shared out and ordered; the steward's desk for it."""
