"""The same results, seen by a person."""
