"""Orders and their lines, as buyers and stewards read them."""
