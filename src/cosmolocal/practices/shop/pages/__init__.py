"""What the member's pages of the shop show, by page, each read in a fixed number of statements."""
