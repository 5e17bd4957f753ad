"""What the package does when things go wrong: faults, fuzzing, long runs, changed code, other versions."""
