"""The commands, a module for each group. None imports anything heavy before it is called."""
