"""Writing files atomically, and checking what is read from files."""
