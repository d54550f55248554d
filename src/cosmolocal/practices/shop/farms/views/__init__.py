"""What farms are asked for, for stewards; a farm's own page."""
