"""Calls that a kernel must refuse, by name. A separate program, since a kernel might crash.

    python -m tests.kernels.cases FILE_OF_RECORDED_CALLS

Prints a JSON object with the outcome of each case.
"""

import json
import pickle
import sys
from pathlib import Path

import numpy as np

from detector import native

# For each case: the kernel, the position of an argument, an index of it, and the value put there.
CASES = {
    "a line that begins beyond the text": ("find_words", 1, 0, 1 << 40),
    "a line that ends before it begins": ("segment_lines", 2, 3, -1),
    "a segment that ends beyond the text": ("text_features", 4, -1, 1 << 62),
    "a segment before the text": ("clean_text", 3, 1, -5),
    "lines whose segments fall": ("html_features", 5, 3, 1 << 30),
    "a page that begins beyond the lines": ("html_context", 6, 1, 1 << 20),
    "a page that begins beyond the bytes": ("split_lines", 1, 1, 1 << 20),
    "pages of HTML that fall": ("scan_html", 14, 1, 1 << 40),
    "words of a segment that fall": ("text_features", 11, 5, 0),
    "words beyond the words": ("line_keys", 4, -1, 1 << 50),
    "segments beyond the segments": ("decide", 9, 1, 1 << 33),
    "a parent that is not there": ("html_features", 15, 5, 1 << 20),
    "an element that is its own parent": ("markup_buckets", 8, 4, 4),
    "an element in a circle": ("html_context", 8, 3, 4),
    "tokens beyond the tokens": ("markup_buckets", 10, 2, 1 << 60),
    "an element of a line that is not there": ("html_features", 19, 2, 1 << 31),
    "a hint that is not there": ("html_features", 25, 1, 1 << 31),
    "a code beyond the codes": ("first_guess", 7, 0, 99),
    "a block beyond the columns": ("score_lines", 8, 1, 1 << 20),
    "a row that is not there": ("adjust_scores", 1, 0, -3),
    "a copy of a line that is not there": ("decide", 10, 2, 1 << 40),
    "buckets beyond the buckets": ("page_kinds", 1, 1, 1 << 40),
    "a cut beyond the words": ("clean_text", 15, 4, 1 << 20),
    "a text that ends beyond the data": ("sign_texts", 2, 1, 1 << 40),
    "a text that begins before the data": ("shingle_sets", 1, 0, -1),
    "a set beyond the shingles": ("jaccards", 3, 1, 1 << 60),
    "a text that has no set": ("jaccards", 0, 0, -2),
    "a bucket beyond its members": ("join_buckets", 2, 0, 1 << 60),
    "a place to go on before the first": ("join_buckets", 7, 1, -(1 << 62)),
    "a pair of a text that is not there": ("choose_representatives", 1, 0, 1 << 40),
    "a source that is not there": ("grow_blocks", 4, 0, 1 << 62),
    "more tags than bytes": ("scan_html", 18, None, 1 << 60),
    "elements beyond the elements": ("page_records", 19, 1, 1 << 40),
    "a shingle of no words": ("sketch_texts", 3, None, 0),
}


def outcome(call, kernel, place, index, value):
    """Return the outcome of a call with one number changed."""
    arguments = [argument.copy() if isinstance(argument, np.ndarray) else argument for argument in call]
    if index is None:
        arguments[place] = value
    else:
        arguments[place].reshape(-1)[index] = value
    try:
        return f"returned {native.run(kernel, *arguments)}"
    except Exception as error:
        return type(error).__name__


if __name__ == "__main__":
    calls = pickle.loads(Path(sys.argv[1]).read_bytes())
    print(json.dumps({name: outcome(calls[case[0]], *case) for name, case in CASES.items()}))
