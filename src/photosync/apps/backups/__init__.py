"""Backups of the whole installation in one file, and restoring one. It has no tables."""
