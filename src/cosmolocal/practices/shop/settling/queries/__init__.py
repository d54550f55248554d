"""What settling would leave out, what is out of proportion, and how a year went."""
