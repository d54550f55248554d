"""Charging, dividing and paying out a round; what is put right afterwards."""
