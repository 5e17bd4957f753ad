"""Synthetic corpora, for which the truth of every line and pair is known."""
