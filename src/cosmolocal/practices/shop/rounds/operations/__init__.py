"""What is done with a round until the farms have their orders."""
