"""File formats and locations: reading and writing records."""
