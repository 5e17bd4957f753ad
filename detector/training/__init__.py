"""Labelled pages to a model, and its measures. Needs scikit-learn."""
