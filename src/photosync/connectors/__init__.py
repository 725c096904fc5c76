"""Floor 1: where photos come from. One folder per connector, one contract for all."""
