"""A round's account comes to exactly 0: what was weighed is charged, divided, paid, and followed later."""
