"""How many tokens a clean text has, for the tokenizer of a language model that the rules name."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detector.corpus.formats.files import hash_of
from detector.errors import SettingsError, in_words
from detector.extras import need
from detector.text.decoding import without_surrogates

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# The column with the number of tokens.
TOKENS: Final = "detector_tokens"


def _bytes_of(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise SettingsError(f"the tokenizer {path!r} cannot be read: {in_words(error)}") from None


def tokenizer_hash(path: str) -> str:
    """Return BLAKE2b of the file of a tokenizer."""
    return hash_of(io.BytesIO(_bytes_of(path)), 0, -1)


class TokenCounter:
    """Counts tokens with a `tokenizer.json` of the package tokenizers.

    Raises `SettingsError` if the file is no tokenizer, `MissingExtraError` without the package.
    """

    def __init__(self, path: str) -> None:
        need("tokenizers", "tokens", "counting tokens")
        self._tokenizer = _loaded(path)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count(self, text: str) -> int:
        """Return the number of tokens, without those that mark the start and the end of a text."""
        return len(self._tokenizer.encode(without_surrogates(text), add_special_tokens=False).ids)


def _loaded(path: str) -> "Tokenizer":
    from tokenizers import Tokenizer

    data = _bytes_of(path)
    try:
        return Tokenizer.from_buffer(data)
    except ValueError:
        raise SettingsError(
            f"{path} is not a tokenizer: give the tokenizer.json that the model is published with"
        ) from None
