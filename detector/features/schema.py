"""The columns of the features: their names, their order, and the reason that each belongs to.

There are two tables. The first has what is known about a line before scoring; from it, a first network makes
a guess for every line. The second has that guess in context: the guesses for the lines around it, for the
page, and for the elements that contain it. Each block of columns has one reason code, in both tables. A model
file names the columns that it was trained with, and loading compares them.
"""

from typing import Final

from detector.text.tags import INSIDE

# The shape of the line (shape.h).
SHAPE: Final = (
    "log_words", "log_characters", "word_length", "upper_share", "capitalised_share", "digit_share",
    "digit_words", "punctuation_share", "symbol_share", "single_share", "non_ascii_share", "sentence_ends",
    "short_words", "long_words", "no_words", "part_of_long_line",
    "first_upper", "first_letter", "first_digit", "first_punctuation", "first_symbol",
    "last_end", "last_letter", "last_digit", "last_punctuation", "last_symbol",
    "log_indent", "bullet",
)  # fmt: skip

# Its words and phrases (phrases.h).
PHRASES: Final = ("words_say", "pairs_say", "line_says", "phrases_say", "strongest", "weakest", "known_words")

# The lines around it (neighbours.h), in windows that fade with the distance in lines.
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

# Its position, and the page (position.h).
PLACE: Final = (
    "place_by_lines", "place_by_words", "place_by_content", "log_lines_before", "log_lines_after",
)  # fmt: skip
PAGE: Final = (
    "page_log_lines", "page_log_words", "page_words_per_line", "page_long_lines", "page_phrases",
    "page_spread", "page_content", "page_known_words", "page_single_share", "page_repeats",
)  # fmt: skip

# What is also elsewhere on the page (repeats.h).
REPEATS: Final = (
    "is_copy", "copy_similarity", "copy_words", "copy_block", "copy_is_short_in_context",
    "original_leads", "log_copies", "has_copies", "log_rows_alike", "begins_like",
)  # fmt: skip

# Markup, HTML only (markup.h, titles.h).
MARKUP: Final = ("element_says", "block_says", "around_says", "markup_says")
ELEMENT: Final = (
    "heading_level", "in_paragraph", "in_division", "log_depth", "log_blocks_alike", "same_block_before",
    "same_block_after",
)  # fmt: skip
INSIDE_WHAT: Final = tuple(f"inside_{name}" for name in INSIDE)
LINKS: Final = ("link_share", "container_links", "container_log_words", "container_log_lines")
TITLES: Final = ("in_title", "title_in_line", "in_description", "in_data", "page_has_data")

# Blocks of columns by reason code, in order.
Blocks = tuple[tuple[str, tuple[str, ...]], ...]

TEXT_BLOCKS: Final[Blocks] = (
    ("shape", SHAPE),
    ("phrases", PHRASES),
    ("neighbours", NEIGHBOURS),
    ("place", PLACE),
    ("page", PAGE),
    ("repeats", REPEATS),
)
MARKUP_BLOCKS: Final[Blocks] = (
    ("markup", (*MARKUP, *ELEMENT, *INSIDE_WHAT)),
    ("links", LINKS),
    ("around", MARKUP_NEIGHBOURS),
    ("title", TITLES),
)

# The second table. The first guess itself (context.h), which the first network explains.
OWN: Final = "own"
GUESS: Final = ("guess", "guess_squeezed")
# The guesses and the content of the lines around it, in the windows of neighbours.h.
GUESS_SIGNALS: Final = ("guess", "content")
GUESSES_AROUND: Final = _around(GUESS_SIGNALS)
GUESSES_ON_PAGE: Final = (
    "page_content_share", "page_log_content", "page_log_guessed_words", "page_sure_content",
    "page_likely_content", "page_even_content", "page_possible_content", "page_doubt", "page_largest",
)  # fmt: skip
PLACE_IN_CONTENT: Final = ("place_in_content",)
# How many of its words are also in other lines that are probably content (cohesion.h).
COHESION: Final = (
    "cohesion_returns", "cohesion_elsewhere", "cohesion_nowhere", "cohesion_share", "cohesion_often",
    "cohesion_log_weight", "cohesion_before", "cohesion_after",
)  # fmt: skip
# Columns of the first table that the second network also sees, by block.
AGAIN: Final[Blocks] = (
    ("shape", ("log_words", "sentence_ends", "digit_share", "capitalised_share", "bullet")),
    ("phrases", ("phrases_say", "known_words")),
    ("repeats", ("is_copy", "copy_words", "copy_block", "original_leads", "begins_like")),
)
MARKUP_AGAIN: Final[Blocks] = (
    ("markup", ("markup_says", "heading_level", "in_paragraph")),
    ("links", ("link_share",)),
    ("title", ("in_title", "in_data", "page_has_data")),
)
# Lines that look the same. In HTML: blocks that look the same by themselves, under the same element, and
# under the same three. In text: in one run (a list, a paragraph), on the page, and with the same neighbours.
LOOKS: Final = ("block", "pair", "path")
ALIKE: Final = tuple(f"{what}_alike_{look}" for look in LOOKS for what in ("guess", "log_words", "log_lines"))
# The elements around the line's block, innermost first.
ANCESTOR_LEVELS: Final = 6
ANCESTORS: Final = tuple(
    f"{what}_ancestor_{level}"
    for level in range(1, ANCESTOR_LEVELS + 1)
    for what in ("guess", "share", "log_lines")
)
# The distance to the line that is most similar to the page's title.
FROM_TITLE: Final = ("title_shared", "title_up", "title_down", "title_before", "title_distance")

# The third table: a line with the log-odds of the second network, and its site.
SITE_OWN: Final = ("odds", "odds_squeezed", "log_words", "is_long", "place_by_lines")
SITE_CODE: Final = "site"

TEXT_CONTEXT: Final[Blocks] = (
    (OWN, GUESS),
    ("neighbours", GUESSES_AROUND),
    ("page", GUESSES_ON_PAGE),
    ("place", PLACE_IN_CONTENT),
    ("cohesion", COHESION),
    *AGAIN,
    ("alike", ALIKE),
)
MARKUP_CONTEXT: Final[Blocks] = (
    *MARKUP_AGAIN,
    ("around", ANCESTORS),
    ("title", FROM_TITLE),
)
# What the other pages of the site say about the line (site.cpp).
SITE: Final = (
    "site_odds", "site_masked_odds", "site_share", "site_masked_share", "site_relative_share",
    "site_log_seen", "site_log_seen_masked", "site_log_pages", "site_is_new", "site_near_before",
    "site_far_before", "site_near_after", "site_far_after", "site_before", "site_after",
    "site_page_share", "site_page_new", "site_place",
)  # fmt: skip

# The run of new lines that the line is in, and how much of the page is new to the site (site.cpp).
NOVEL_RUNS: Final = (
    "run_log_words", "run_log_content", "run_content_share", "run_mean_odds",
    "run_share_of_new", "run_log_lines", "run_share_of_content", "page_guess_of_new_lines",
    "page_guess_of_new_words", "page_guess_of_others", "page_new_lines", "site_is_rare",
)  # fmt: skip

HTML_BLOCKS: Final[Blocks] = (*TEXT_BLOCKS, *MARKUP_BLOCKS)
HTML_CONTEXT: Final[Blocks] = (*TEXT_CONTEXT, *MARKUP_CONTEXT)
SITE_BLOCKS: Final[Blocks] = ((OWN, SITE_OWN), (SITE_CODE, (*SITE, *NOVEL_RUNS)))


def names(blocks: Blocks) -> tuple[str, ...]:
    """Return the columns of all blocks."""
    return tuple(column for _, columns in blocks for column in columns)


TEXT_COLUMNS: Final = names(TEXT_BLOCKS)
HTML_COLUMNS: Final = names(HTML_BLOCKS)


# The columns of each table, for the kernels (kernels/generate.py). Text has the first ones.
TABLES: Final = {"feature": HTML_COLUMNS, "context": names(HTML_CONTEXT), "site": names(SITE_BLOCKS)}
# The columns that text has.
TEXT_TABLES: Final = {"feature": TEXT_COLUMNS, "context": names(TEXT_CONTEXT)}
# The columns of the first table that are also in the second.
AGAIN_FROM: Final = tuple(TEXT_COLUMNS.index(column) for column in names(AGAIN))
MARKUP_AGAIN_FROM: Final = tuple(HTML_COLUMNS.index(column) for column in names(MARKUP_AGAIN))
# Reason codes, in the order of the contributions.
CODES: Final = tuple(dict.fromkeys(name for name, _ in (*HTML_BLOCKS, *HTML_CONTEXT) if name != OWN))
# The same, with the site last, if it is known.
ALL_CODES: Final = (*CODES, SITE_CODE)


def block_codes(blocks: Blocks) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the number of each block's reason code (-1 for the first guess), and the starts of the blocks.

    The starts end with the number of columns.
    """
    codes = tuple(ALL_CODES.index(name) if name != OWN else -1 for name, _ in blocks)
    sizes = [len(columns) for _, columns in blocks]
    return codes, tuple(sum(sizes[:number]) for number in range(len(sizes) + 1))
