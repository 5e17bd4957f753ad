"""A model adapted to new sites or a new language."""
