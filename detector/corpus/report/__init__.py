"""The results of a corpus run: counts, loss limits, and the report as JSON and HTML."""
