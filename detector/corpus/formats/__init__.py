"""File formats and where files are: records read and written."""
