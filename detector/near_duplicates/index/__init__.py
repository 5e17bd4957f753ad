"""An index on disk of earlier texts."""
