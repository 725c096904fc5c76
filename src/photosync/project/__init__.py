"""Floor 5: settings, addresses and checks."""
