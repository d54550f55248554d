"""Baskets and orders: filled, placed, made smaller, cancelled, swapped."""
