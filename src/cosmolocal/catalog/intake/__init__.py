"""What a file says about goods, and how each of its rows compares with the catalog. Nothing here writes."""
