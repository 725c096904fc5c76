"""Floor 4: the scheduler and worker on DBOS."""
