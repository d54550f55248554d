"""What a person fills in when she orders."""
