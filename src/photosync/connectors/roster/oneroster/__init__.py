"""OneRoster 1.1 and 1.2: what its users are, from a ZIP of CSV files or from a service over HTTP."""
