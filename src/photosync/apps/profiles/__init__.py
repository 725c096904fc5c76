"""The profiles app."""
