"""Data frames on Spark, beside a corpus run on the same pages."""
