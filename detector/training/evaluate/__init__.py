"""A model measured on labelled pages."""
