"""Examples to a model."""
