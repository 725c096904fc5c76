"""Opens, validates, normalises and renders photos."""
