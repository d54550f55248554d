"""The pages of settling, of what is put right later, and of figures."""
