"""Corpora that we make, so that the truth of every line and pair is known."""
