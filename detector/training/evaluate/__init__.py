"""Measuring a model on labelled pages."""
