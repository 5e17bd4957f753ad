"""The names of the columns that describe a cleaned page, in files and in data frames."""

from typing import Final

VERDICT: Final = "detector_verdict"
CONTENT_SHARE: Final = "detector_content_share"
LINES_COLUMN: Final = "detector_lines"
