"""The ledger of a run: what the engine's ports ask for, on Django's models. One module for each phase."""
