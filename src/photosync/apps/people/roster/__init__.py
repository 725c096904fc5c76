"""Rosters: files that say who the students or staff of a school are."""
