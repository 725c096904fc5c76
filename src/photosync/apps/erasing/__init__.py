"""Leavers and their time, the erasing of people and photos, and the record of it that outlives a restored backup."""
