"""From examples to a model."""
