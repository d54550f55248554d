"""The buyer's pages: shopping, ordering, her orders."""
