"""From features to calibrated scores, and model files."""
