"""A folder on this machine, or mounted on it. Keep this file empty: the listing helpers import it."""
