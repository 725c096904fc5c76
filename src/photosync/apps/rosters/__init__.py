"""Saved rosters: where a school's systems say who its people are, read again and again."""
