"""Measuring speed, compared with peers and version 0.1."""
