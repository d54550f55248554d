"""What was taken at the door, and what was given back."""
