"""Evidence to a calibrated probability for each segment; model files."""
