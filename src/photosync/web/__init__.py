"""Floor 4: the pages."""
