"""Sources for tests, and the suite that every source passes. None of these kinds is offered to a school."""
