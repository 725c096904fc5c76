"""Floor 2: the engine. Observe, match, stage, plan, guard, publish, record. No Django."""
