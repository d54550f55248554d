"""A small practice for tests of the house: plots, a letter, a task, cards, a timer."""
