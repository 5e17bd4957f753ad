"""Near-copies of any texts; knows nothing of lines, sites or models."""
