"""Who runs the tasks of a corpus run: under 100 lines each, and no logic."""
