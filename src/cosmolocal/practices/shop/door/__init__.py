"""What happens where goods are handed over: cash, extras, late changes, money given back."""
