"""Pages of the door, and of money given back."""
