"""Pages of a hand-over: an overview, receiving, packing, lists on paper, and the door."""
