"""Lines to evidence: float32 (segments, named columns)."""
