"""A ZIP file as a source of photos."""
