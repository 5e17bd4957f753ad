"""What runs the tasks of a corpus run. Each engine has under 100 lines and no logic of its own."""
