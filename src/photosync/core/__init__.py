"""Floor 0: the pure rules. No input or output, no clock, no Django."""
