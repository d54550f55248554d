"""Files that leave or enter a local: PDF, CSV, xlsx, QR codes, pictures, uploaded tables."""
