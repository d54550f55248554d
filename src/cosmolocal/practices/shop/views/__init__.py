"""Pages of the shop: shopping, one's orders, figures; rounds for stewards, the farm for producers."""
