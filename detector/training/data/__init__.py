"""Labelled pages to examples."""
