"""The inputs app."""
