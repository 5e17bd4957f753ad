"""Data frames on Spark, compared with a corpus run on the same pages."""
