"""A container of Sync UI, which the school itself uploads into."""
