"""Runs: asking for one, its plan and record, and the ledger that the engine writes to."""
