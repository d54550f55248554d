"""Deeds at the door of a hand-over."""
