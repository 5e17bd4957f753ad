"""The columns of the evidence: their names, their order, and the reason each belongs to.

A block of columns is written by one module of this folder and is one reason code. A
model file names the columns that it was trained with; loading compares them.
"""

from typing import Final

from detector.lines.tags import INSIDE

# The line itself (shape.py).
SHAPE: Final = (
    "log_words", "log_characters", "word_length", "upper_share", "capitalised_share", "digit_share",
    "digit_words", "punctuation_share", "symbol_share", "single_share", "non_ascii_share", "sentence_ends",
    "short_words", "long_words", "no_words", "part_of_long_line",
    "first_upper", "first_letter", "first_digit", "first_punctuation", "first_symbol",
    "last_end", "last_letter", "last_digit", "last_punctuation", "last_symbol",
)  # fmt: skip

# What its words and phrases usually are (phrases.py).
PHRASES: Final = ("words_say", "pairs_say", "line_says", "phrases_say", "strongest", "weakest", "known_words")

# The lines around it (neighbours.py): windows that fade with the distance in lines.
HALF_LIVES: Final = (1.5, 4.0, 12.0, 40.0)
OFFSETS: Final = (-2, -1, 1, 2)


def _around(signals: tuple[str, ...]) -> tuple[str, ...]:
    windows = [
        f"{signal}_{side}_{life:g}"
        for side in ("before", "after")
        for life in HALF_LIVES
        for signal in signals
    ]
    return (*windows, *(f"{signal}_{offset:+d}" for offset in OFFSETS for signal in signals))


TEXT_SIGNALS: Final = ("phrases", "words", "sentences", "presence")
MARKUP_SIGNALS: Final = ("markup", "links")
NEIGHBOURS: Final = _around(TEXT_SIGNALS)
MARKUP_NEIGHBOURS: Final = _around(MARKUP_SIGNALS)

# Where it stands, and on what page (place.py).
PLACE: Final = (
    "place_by_lines", "place_by_words", "place_by_content", "log_lines_before", "log_lines_after",
)  # fmt: skip
PAGE: Final = (
    "page_log_lines", "page_log_words", "page_words_per_line", "page_long_lines", "page_phrases",
    "page_spread", "page_content", "page_known_words", "page_single_share", "page_repeats",
)  # fmt: skip

# What stands elsewhere on the page (repeats.py).
REPEATS: Final = (
    "is_copy", "copy_similarity", "copy_words", "copy_block", "copy_is_short_in_context",
    "original_leads", "log_copies", "has_copies", "log_rows_alike", "begins_like",
)  # fmt: skip

# Markup, HTML only (markup.py, titles.py).
MARKUP: Final = ("element_says", "block_says", "around_says", "markup_says")
ELEMENT: Final = (
    "heading_level", "in_paragraph", "in_division", "log_depth", "log_blocks_alike", "same_block_before",
    "same_block_after",
)  # fmt: skip
INSIDE_WHAT: Final = tuple(f"inside_{name}" for name in INSIDE)
LINKS: Final = ("link_share", "container_links", "container_log_words", "container_log_lines")
TITLES: Final = ("in_title", "title_in_line", "in_description", "in_data", "page_has_data")

TEXT_BLOCKS: Final = (
    ("shape", SHAPE),
    ("phrases", PHRASES),
    ("neighbours", NEIGHBOURS),
    ("place", PLACE),
    ("page", PAGE),
    ("repeats", REPEATS),
)
MARKUP_BLOCKS: Final = (
    ("markup", (*MARKUP, *ELEMENT, *INSIDE_WHAT)),
    ("links", LINKS),
    ("around", MARKUP_NEIGHBOURS),
    ("title", TITLES),
)


def _starts() -> dict[str, int]:
    starts, at = {}, 0
    for name, columns in (*TEXT_BLOCKS, *MARKUP_BLOCKS):
        starts[name] = at
        at += len(columns)
    return starts


# First column of each block.
START: Final = _starts()
TEXT_COLUMNS: Final = tuple(column for _, columns in TEXT_BLOCKS for column in columns)
HTML_COLUMNS: Final = TEXT_COLUMNS + tuple(column for _, columns in MARKUP_BLOCKS for column in columns)
