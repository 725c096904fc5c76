"""Floor 3: Django apps. Models hold columns and constraints, services hold transactions, queries read."""
