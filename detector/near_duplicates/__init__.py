"""Near-duplicates of any texts. Knows nothing of lines, sites or models."""
