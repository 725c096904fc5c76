"""Where a school says who its students and staff are: files, servers and databases, on one contract."""
