"""Django's SQLite, whose writers wait in line (`base.py`; Django looks for a module of that name)."""
