"""The library app."""
