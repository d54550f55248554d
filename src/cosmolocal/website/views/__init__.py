"""Pages of the house itself: public page, homes, setup, my data, settings, health."""
