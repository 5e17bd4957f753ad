"""The settings for near-duplicates, with units, defaults and the reasons for these defaults."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from detector.errors import SettingsError

MOST_SLOTS: Final = 1024


@dataclass(frozen=True, slots=True)
class DuplicateSettings:
    """How near-duplicates are found.

    Attributes
    ----------
    shingle : int
        Words per shingle (characters in scripts without spaces). Five is usual: with fewer, unrelated texts
        look similar; with more, small changes weigh too much.
    slots : int
        Slots per MinHash signature. 128 is the default of datasketch. At a similarity of exactly .8, 21 bands
        of 6 slots find .998 of the pairs.
    recall : float
        The share of the pairs exactly at the threshold that must be compared, between 0 and 1.
    masked : bool
        Treat all numbers and dates as equal.
    equal_forms : bool
        Treat Unicode forms that look the same to readers as equal, and words joined by "_" as one word.
    max_group : int
        In larger groups of similar texts, each text is compared only with a representative.
    memory : int
        Bytes for working arrays, in addition to the texts and about 100 bytes per text.
    folder : Path, optional
        Where to put arrays that do not fit into memory. An interrupted run in this folder is resumed. By
        default, a temporary folder if one is needed.
    """

    shingle: int = 5
    slots: int = 128
    recall: float = 0.995
    masked: bool = False
    equal_forms: bool = True
    max_group: int = 1000
    memory: int = 200_000_000
    folder: Path | None = None

    def __post_init__(self) -> None:
        if not 0 < self.recall < 1:
            raise SettingsError(f"recall is a share between 0 and 1, not {self.recall}")
        least = {"shingle": 1, "slots": 1, "max_group": 2, "memory": 10_000_000}
        for name, number in least.items():
            if getattr(self, name) < number:
                raise SettingsError(f"{name} must be at least {number}, not {getattr(self, name)}")
        if self.slots > MOST_SLOTS:
            raise SettingsError(f"slots must be at most {MOST_SLOTS}, not {self.slots}")

    @property
    def folding(self) -> int:
        """How words are folded, as flags for the kernels."""
        return self.masked + 2 * self.equal_forms
