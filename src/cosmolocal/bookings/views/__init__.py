"""Pages of one booking and of one thing, which every practice of this room has under its own addresses (`urls.py`)."""
