"""Finding near-duplicates: the only file that knows the order of the steps.

texts ─▶ sketches ─▶ buckets of a band ─▶ candidates ─▶ verified pairs ─▶ kept and removed
         (one pass)   └ one band after another; large buckets to `groups` ┘
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np

from detector.errors import SettingsError
from detector.near_duplicates.jaccard.verification import NO_OWNERS, PairArrays, Queue, Verifier, together
from detector.near_duplicates.keep_policy import Copies, Keep, Twins, copies_of, keep_rank, twins_of
from detector.near_duplicates.lsh.bands import Bands, bands_for
from detector.near_duplicates.lsh.candidates import (
    PAIRS_TOGETHER,
    Emitted,
    buckets_of,
    joined_pairs,
    large_buckets,
    large_marks,
)
from detector.near_duplicates.lsh.representatives import (
    Links,
    estimated_pairs,
    every_pair,
    groups_of,
    link,
    second_round,
)
from detector.near_duplicates.lsh.template_buckets import rare_pairs
from detector.near_duplicates.minhash.sketches import Sketches, sketch
from detector.near_duplicates.pairs import Duplicates, Group, Pairs, Removed
from detector.near_duplicates.texts import HeldTexts, SpilledTexts, Texts, spilled, spilled_before
from detector.near_duplicates.workspace import Workspace
from detector.progress import Progress, progress_of
from detector.records import Integers
from detector.settings import DuplicateSettings
from detector.text.series import refuse_one

# The share of the memory that one array may take before it is stored in a file.
WORKSPACE_SHARE: Final = 4
# The number of texts to compare when checking whether a folder belongs to these texts.
PROBES: Final = 32
# The number of texts to sketch before the progress of a run is saved.
NOTE_EVERY: Final = 20_000
# The most rounds in which members of groups choose a new representative; each round leaves fewer.
MOST_ROUNDS: Final = 8
# Positions are half of a 64-bit code.
MOST_TEXTS: Final = 1 << 32


def empty_sketches(count: int, bands: Bands, work: Workspace) -> Sketches:
    """Return arrays for the sketches of `count` texts."""
    return Sketches(
        work.array("digest", (count, 2), np.uint64),
        work.array("words", (count,), np.int32),
        work.array("shingles", (count,), np.int32),
        work.array("length", (count,), np.int64),
        work.array("keys", (count, bands.number), np.uint32),
    )


def _other_texts(settings: DuplicateSettings) -> SettingsError:
    return SettingsError(
        f"the folder {settings.folder} holds a run over other texts: give another folder, or delete it"
    )


def _check_texts(
    texts: Texts, sketches: Sketches, done: int, settings: DuplicateSettings, bands: Bands
) -> None:
    """Raise `SettingsError` if a sample shows that the folder is for other texts."""
    probes = np.unique(np.linspace(0, done - 1, PROBES).astype(np.int64))
    again = empty_sketches(probes.size, bands, Workspace(None, settings.memory, {}))
    sketch(texts.fetch(probes), settings, bands, again, 0)
    if not np.array_equal(again.digest, sketches.digest[probes]):
        raise _other_texts(settings)


def sketch_all(
    texts: Texts, bands: Bands, settings: DuplicateSettings, work: Workspace, progress: Progress
) -> Sketches:
    """Return the sketches of all texts; continues an interrupted run."""
    count = len(texts)
    sketches = empty_sketches(count, bands, work)
    first = noted = work.done("sketched")
    if first:
        _check_texts(texts, sketches, first, settings, bands)
    for spans in texts.batches(first):
        sketch(spans, settings, bands, sketches, first)
        first += spans.start.size
        if first - noted >= NOTE_EVERY:
            work.note(sketched=first)
            work.release()
            noted = first
        progress("sketching", first, count)
    work.note(sketched=first)
    return sketches


def all_pairs(
    sketches: Sketches,
    active: Integers,
    verifier: Verifier,
    links: Links,
    owner: Integers,
    run: tuple[DuplicateSettings, Workspace, Progress],
) -> PairArrays:
    """Return the verified pairs among active texts, one band at a time."""
    settings, work, progress = run
    bands, most = sketches.keys.shape[1], settings.max_group
    emitted = Emitted(sketches.keys, large_marks(sketches.keys.shape[0], bands), owner)
    queue = Queue(verifier, PAIRS_TOGETHER)
    first = work.done("bands")
    if first:
        emitted.large[:], links.to[:], *pairs = work.saved(f"bands-{first % 2}", 5)
        queue.take(PairArrays(*pairs))
    for band in range(first, bands):
        buckets = buckets_of(sketches.keys[:, band], active)
        work.release()
        for members in large_buckets(buckets, band, emitted, most):
            queue.take(link(members, links, verifier, most))
            crowded = links.unlinked(members)
            if crowded.size > most:
                queue.add(rare_pairs(crowded, verifier, band, emitted))
        queue.add(joined_pairs(buckets, band, emitted, most))
        if work.outlives:
            # Two files alternate, so that the last saved one stays intact until the next save.
            work.save(f"bands-{(band + 1) % 2}", [emitted.large, links.to, *queue.pairs()])
            work.note(bands=band + 1)
        work.release()
        progress("comparing", band + 1, bands)
    queue.add(every_pair(group) for group in groups_of(links) if group.size <= most)
    return queue.pairs()


def remove(
    pairs: PairArrays, links: Links, verifier: Verifier, settings: DuplicateSettings
) -> tuple[PairArrays, Twins]:
    """Return the kept near-duplicate of each text, and all pairs, including those found here."""
    twins = twins_of(pairs, links.rank)
    for _ in range(MOST_ROUNDS):
        found = second_round(twins.keeper, links, verifier, settings.max_group)
        if not found.left.size:
            break
        pairs = together([pairs, found])
        twins = twins_of(pairs, links.rank)
    return pairs, twins


def with_copies(pairs: PairArrays, twins: Twins, copies: Copies, groups: tuple[Group, ...]) -> Duplicates:
    """Return the result, with exact copies linked to the first copy."""
    everyone = np.arange(copies.first.size)
    again = np.flatnonzero(copies.first != everyone)
    linked = PairArrays(copies.first[again], again, np.ones(again.size))
    keeper = copies.kept[twins.keeper[copies.first]]
    similarity = np.where(twins.keeper[copies.first] == copies.first, 1.0, twins.similarity[copies.first])
    gone = np.flatnonzero(keeper != everyone)
    return Duplicates(
        Pairs(*together([pairs, linked])),
        np.flatnonzero(keeper == everyone),
        Removed(gone, keeper[gone], similarity[gone]),
        groups,
    )


def duplicates_of(
    texts: Texts,
    threshold: float,
    policy: tuple[Keep, Sequence[Any] | None],
    run: tuple[DuplicateSettings, Workspace, Progress],
) -> Duplicates:
    """Return the near-duplicates among texts that can be read more than once."""
    settings, work, progress = run
    if len(texts) >= MOST_TEXTS:
        raise ValueError(f"at most {MOST_TEXTS - 1} texts at once, not {len(texts)}: use an index")
    bands = bands_for(threshold, settings.slots, settings.recall)
    sketches = sketch_all(texts, bands, settings, work, progress)
    return duplicates_among(texts, sketches, threshold, policy, run)


def duplicates_among(
    texts: Texts,
    sketches: Sketches,
    threshold: float,
    policy: tuple[Keep, Sequence[Any] | None],
    run: tuple[DuplicateSettings, Workspace, Progress],
    settled: int = 0,
) -> Duplicates:
    """Return the near-duplicates among sketched texts; the bands fit the threshold.

    settled: this many texts at the beginning were compared before, and are kept whatever the policy
    """
    settings = run[0]
    later = keep_rank(policy[0], sketches.length[settled:], policy[1])
    rank = np.concatenate([np.arange(settled), settled + later])
    # Settled texts have one owner, so they are not compared with each other again.
    owner = np.maximum(np.arange(len(texts)) - settled + 1, 0) if settled else NO_OWNERS
    copies = copies_of(sketches.digest, rank)
    links = Links(np.full(len(texts), -1, np.int64), rank[copies.kept[copies.first]])
    active = np.flatnonzero((copies.first == np.arange(len(texts))) & (sketches.shingles > 0))
    verifier = Verifier(texts, sketches.shingles, threshold, settings, owner)
    pairs = all_pairs(sketches, active, verifier, links, owner, run)
    pairs, twins = remove(pairs, links, verifier, settings)
    groups = tuple(
        Group(int(members[0]), members.size, estimated_pairs(members, verifier.similarities))
        for members in groups_of(links)
        if members.size > settings.max_group
    )
    return with_copies(pairs, twins, copies, groups)


def _streamed(texts: Iterable[str], settings: DuplicateSettings, work: Workspace) -> SpilledTexts:
    """Return the texts of an iterable, stored in a file, perhaps that of an interrupted run."""
    if not work.done("read"):
        source = spilled(texts, work.folder)
        work.note(read=1)
        return source
    known = spilled_before(texts, work.folder)
    if known is None:
        raise _other_texts(settings)
    return known


def find_duplicates(
    texts: Iterable[str],
    threshold: float = 0.8,
    keep: Keep = "first",
    *,
    by: Sequence[Any] | None = None,
    settings: DuplicateSettings | None = None,
    progress: bool | Progress = False,
) -> Duplicates:
    """Find near-duplicates among texts: all pairs, and which texts to keep.

    A text shorter than a shingle matches only texts with equal words, and a text without words only equal
    bytes. Lists are read in place. Any other iterable is first written to a file in `settings.folder`, or in
    a temporary folder. With a folder, an interrupted run resumes when you call it again.

    Parameters
    ----------
    texts : iterable of str
        The texts.
    threshold : float
        Texts are near-duplicates if their sets of shingles have at least this Jaccard similarity, .05 to 1;
        1 means equal sets.
    keep : {"first", "longest", "newest", "best"}
        Which text to keep: the first, the longest (bytes of UTF-8), or the one with the highest value in
        `by`. Ties go to the earlier text.
    by : sequence, optional
        Dates ("newest") or scores ("best"), one per text.
    settings : DuplicateSettings, optional
        How near-duplicates are found.
    progress : bool or callable
        True shows a bar. A function is called with the name of a step, the work done, and the total work.

    Returns
    -------
    Duplicates
        All pairs with their exact similarity, and which texts are kept and removed.

    Raises
    ------
    ValueError
        If arguments are wrong.
    TypeError
        If a text is not a string.
    SettingsError
        If the folder holds another run.
    """
    refuse_one(texts, "texts")
    settings = settings or DuplicateSettings()
    bands_for(threshold, settings.slots, settings.recall)
    identity = {
        "threshold": threshold,
        "keep": keep,
        **asdict(replace(settings, folder=None, memory=10_000_000)),
    }
    held = isinstance(texts, Sequence)
    if held:
        identity["texts"] = len(texts)  # type: ignore[arg-type]
    with Workspace(settings.folder, settings.memory // WORKSPACE_SHARE, identity) as work:
        source = HeldTexts(texts) if held else _streamed(texts, settings, work)  # type: ignore[arg-type]
        with progress_of(progress) as shown:
            return duplicates_of(source, threshold, (keep, by), (settings, work, shown))
