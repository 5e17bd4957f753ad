"""Features to calibrated scores, and the model files that hold what was learned."""
