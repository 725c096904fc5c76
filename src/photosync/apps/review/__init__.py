"""What a run leaves to a person: the queues, the decisions, and how they are remembered."""
