"""The sources app."""
