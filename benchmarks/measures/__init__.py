"""The definitions of all published numbers: the measures, and the floors under them."""
