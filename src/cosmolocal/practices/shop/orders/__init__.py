"""What one household orders: the shop, its basket, its order, the receipt, and whose an order is."""
