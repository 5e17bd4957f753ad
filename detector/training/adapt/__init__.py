"""Adapting a model to new sites or a new language."""
