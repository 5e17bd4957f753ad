"""An index on disk of texts that were seen before."""
