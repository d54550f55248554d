"""What farms are asked for and told: their orders, their letters, their page."""
