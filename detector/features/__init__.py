"""From lines to features: float32 tables with named columns."""
