"""Which rounds there are, what is due, what a steward reads of one."""
