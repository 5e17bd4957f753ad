"""What a corpus run did: counts, loss limits, and the report as JSON and HTML."""
