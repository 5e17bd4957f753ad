"""One call of every kernel as the package makes it, recorded while small pages go through all steps."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np

from detector import Detector, find_duplicates, native
from detector.features.build import context_features
from detector.features.markup import markup_buckets
from detector.features.phrases import ngram_buckets
from detector.model.files import default_model
from detector.model.network import guess, score
from detector.model.score import features_of
from detector.near_duplicates.blocks import PageLines, blocks_of_lines
from detector.near_duplicates.minhash.signatures import signatures_of
from detector.near_duplicates.texts import joined
from detector.records import Batch, Markup, Words
from detector.settings import DuplicateSettings
from detector.sites.recurrence import Sites, count_lines
from detector.text.keys import line_keys
from detector.text.page import Page
from detector.text.read import read_batch
from detector.training.data.alignment import explained_words
from tests.kernels.calls import folded_texts, hashed_spans

HEAD = "Village council opens the new bridge over the river Tarn"
STORY = "The mayor cut the ribbon on 3 May 2024, and a band played. "
TEXT = f"Home\n\n{HEAD}\nÇa va? Voilà l’été.\n中文的同一行文字\n{HEAD}: {STORY}\n{STORY * 18}\n{HEAD}\n"
HTML = (
    f"<title>{HEAD}</title><meta name=description content='A bridge'><noscript><p>{STORY}</noscript>"
    f'<script type=\'application/ld+json\'>{{"headline": "{HEAD}"}}</script><nav class=top-menu><ul><li><a href=/a>Home'
    f"<li><a>News</a></ul></nav><main id=main><h1>{HEAD}</h1><p>{STORY}<b>Bold <i>words</i></b><p>{STORY * 3}"
    f"<table><tr><td>1<td>2<tr><td>x<td>y</table><pre>a\n b</pre><h1>{HEAD}</h1></main><footer>© Tarn</footer>"
)


def use_steps_of_training(batch: Batch, words: Words, markup: Markup | None) -> None:
    """Score a batch step by step, as training does."""
    model = default_model()
    scorer = model.text if markup is None else model.html
    features = features_of(batch, words, markup, model)
    guesses = guess(features.table, scorer)
    context = context_features(batch, words, markup, features, guesses.log_odds)
    score(context, scorer, guesses)


def use_every_kernel() -> None:
    """Put pages through everything that calls a kernel."""
    for format, page in (("text", TEXT), ("html", HTML)):
        pages = [Page(page, format), Page("", format), Page(page + page, format)]
        batch, words, markup, _ = read_batch(pages)
        counts = count_lines(line_keys(words), batch.page_segment(), np.zeros(3, np.int64))
        Detector().score_batch(pages, Sites(counts, np.zeros(3, np.int64), False))
        ngram_buckets(words)
        use_steps_of_training(batch, words, markup)
        if markup is not None:
            markup_buckets(batch, markup)
            blocks_of_lines(PageLines(batch.data, batch.line_start, batch.line_end, batch.page_line))
    texts = [STORY * 3 + HEAD, STORY * 3 + HEAD.upper(), STORY * 3 + "Weather", "Ça va", ""]
    find_duplicates(texts, settings=DuplicateSettings(masked=True))
    spans = joined([text.encode() for text in texts])
    signatures_of([text.encode() for text in texts])
    folded_texts(spans, folding=3)
    hashed_spans(spans)
    explained_words(read_batch([Page(TEXT, "text")]).words, STORY + HEAD)


def arguments_of(arguments: Any) -> Iterator[Any]:
    """Yield the arrays and numbers that a kernel is given, without the records around them."""
    for argument in arguments:
        if isinstance(argument, tuple | native.Prepared):
            yield from arguments_of(argument if isinstance(argument, tuple) else argument._arrays)
        else:
            yield argument


def recorded_calls() -> dict[str, list[Any]]:
    """Return the flat arguments of one call of every kernel: the largest call with the fewest empty arrays."""
    calls: dict[str, list[Any]] = {}
    run = native.run

    def size_of(arguments: list[Any]) -> tuple[int, int]:
        sizes = [argument.size for argument in arguments if isinstance(argument, np.ndarray)]
        return np.count_nonzero(sizes), sum(sizes)

    def recording(kernel: str, *arguments: Any) -> int:
        flat = [one.copy() if isinstance(one, np.ndarray) else one for one in arguments_of(arguments)]
        if size_of(flat) > size_of(calls.get(kernel, [])):
            calls[kernel] = flat
        return run(kernel, *arguments)

    with patch.object(native, "run", recording):
        use_every_kernel()
    return calls
