"""Near-duplicates of any texts. Independent of lines, sites and models."""
