"""What a buyer's pages show, by page, each read in a fixed number of statements."""
