"""The documents of a model: its card, training data, measures and license.

CARD.md         for people
data.json       every training set: name, source, license, pages, hash
measures.json   how good it is, and on which pages
config.json     has the license, an SPDX identifier
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from detector.errors import ModelFormatError, in_words
from detector.files.atomic import new_file, read_json, write_json

CARD_FILE: Final = "CARD.md"
DATA_FILE: Final = "data.json"
MEASURES_FILE: Final = "measures.json"
INFO_FILES: Final = (CARD_FILE, DATA_FILE, MEASURES_FILE)
# The head of the card, by which the Hub sorts models.
README_FILE: Final = "README.md"
# The most bytes of such a file.
MOST_BYTES: Final = 1_000_000


@dataclass(frozen=True)
class ModelInfo:
    """The documents of a model.

    card: Markdown; licence: an SPDX identifier, empty if unknown
    data: the training sets; measures: how good it is
    """

    card: str = ""
    licence: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path, model_id: str) -> None:
        """Write the files. A model without a card gets one with what is known."""
        with new_file(folder / CARD_FILE) as file:
            file.write((self.card or self._least_card(model_id)).encode())
        write_json(folder / DATA_FILE, self.data)
        write_json(folder / MEASURES_FILE, self.measures)

    def _least_card(self, model_id: str) -> str:
        learned = self.data.get("adapted_from")
        what = "A model for boilerplate-detector" + (f", adapted from the model {learned}" if learned else "")
        return (
            f"# Model card: {model_id}\n\n{what}. Nobody has written more yet.\n\n"
            f"`{DATA_FILE}` says what it learned from, `{MEASURES_FILE}` how good it is. "
            f"Licence: {self.licence or 'not known'}.\n"
        )

    def readme(self, model_id: str) -> str:
        """Return the card, with the head that the Hub reads."""
        licence = f"license: {self.licence.lower()}\n" if self.licence else ""
        head = (
            f"---\nlibrary_name: boilerplate-detector\ntags:\n- boilerplate\n- main-content\n{licence}---\n"
        )
        return f"{head}\n{self.card or self._least_card(model_id)}"


def read_info(folder: Path, licence: object) -> ModelInfo:
    """Read the documents of a model.

    Parameters
    ----------
    folder
        The folder of the model.
    licence
        The license in config.json.

    Raises
    ------
    ModelFormatError
        If a file is missing or damaged.
    """
    if not isinstance(licence, str):
        raise ModelFormatError(f"the licence of {folder} is not text; get the model again")
    for name in INFO_FILES:
        path = folder / name
        if not path.is_file():
            raise ModelFormatError(f"{folder} is incomplete: it has no {name}; get the model again")
        if path.stat().st_size > MOST_BYTES:
            raise ModelFormatError(f"{path} is too large; get the model again")
    try:
        card = (folder / CARD_FILE).read_text("utf-8")
        data, measures = read_json(folder / DATA_FILE), read_json(folder / MEASURES_FILE)
    except (OSError, ValueError) as error:
        raise ModelFormatError(
            f"what {folder} says of itself is damaged ({in_words(error)}); get the model again"
        ) from None
    return ModelInfo(card, licence, data, measures)
