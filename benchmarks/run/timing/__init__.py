"""Times of pages, beside the peers and version 0.1."""
