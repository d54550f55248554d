"""Whole locals to try things in: each file calls the builders of the apps and practices."""
