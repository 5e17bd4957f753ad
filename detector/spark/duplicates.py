"""Near-duplicates by shuffles: texts that share a band are brought together and compared exactly.

texts ─▶ sketches ─▶ one of each set of equal texts ─▶ buckets of bands ─▶ candidate pairs ─▶ verified pairs
      ─▶ which texts are kept (`representatives`) ─▶ a row for each removed text

A text is shuffled only for verification, once for each of its candidate pairs.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal, get_args

import numpy as np
import pyarrow
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, LongType, StructType

from detector.errors import SettingsError
from detector.near_duplicates.find import empty_sketches
from detector.near_duplicates.jaccard.shingle_sets import jaccards, shingle_sets
from detector.near_duplicates.lsh.bands import Bands, bands_for
from detector.near_duplicates.minhash.sketches import sketch
from detector.near_duplicates.texts import encoded
from detector.near_duplicates.workspace import Workspace
from detector.settings import DuplicateSettings
from detector.spark.representatives import representatives
from detector.spark.rows import KEEP_VALUE
from detector.spark.time_zones import in_utc

Texts = Iterator[pyarrow.RecordBatch]
Keep = Literal["first", "longest", "best"]

# The columns of the digest of a text's words.
DIGEST: Final = ["high", "low"]
# A bucket is a band and its key, in this many bits.
KEY_BITS: Final = np.uint64(32)


def near_duplicates(
    texts: DataFrame,
    threshold: float = 0.8,
    *,
    text: str = "text",
    id: str = "id",
    order: str | None = None,
    keep: Keep = "first",
    by: str | None = None,
    settings: DuplicateSettings | None = None,
) -> DataFrame:
    """Find the texts that are near-duplicates of a kept one.

    Every pair is verified by its exact Jaccard similarity, and the kept texts are those of `find_duplicates`.
    The exception: if more than `settings.max_group` texts share a band, each is compared only with the first
    of them.

    Parameters
    ----------
    texts : DataFrame
        One text per row.
    threshold : float
        Texts are near-duplicates if their sets of shingles have at least this Jaccard similarity, .05 to 1.
    text, id : str
        The columns with the text and with its id. Ids must be unique.
    order : str, optional
        The column that defines the order of texts; by default the id.
    keep : {"first", "longest", "best"}
        Which text to keep: the first, the longest (bytes of UTF-8), or the one with the highest value in
        `by`. Ties go to the earlier text. For "article", a rule of corpus runs, see `clean(keep_value=...)`.
    by : str, optional
        A column of numbers, for "best".
    settings : DuplicateSettings, optional
        How near-duplicates are found; `memory` and `folder` are not used.

    Returns
    -------
    DataFrame
        `id` of each removed text, `duplicate_of` (the id of the kept one) and `similarity`. Texts without
        words are not compared.

    Raises
    ------
    SettingsError
        If there is no such column or policy, or `by` is missing or not used.
    ValueError
        If the threshold is out of range.
    """
    settings = settings or DuplicateSettings()
    bands = bands_for(threshold, settings.slots, settings.recall)
    for name in (text, id, order, by):
        if name is not None and name not in texts.columns:
            raise SettingsError(f"there is no column {name!r}; there are: {', '.join(texts.columns)}")
    _refuse_other_keep(keep)
    if (by is not None) != (keep == "best"):
        raise SettingsError(
            'keep="best" needs a column: by="..."' if by is None else f"keep={keep!r} takes no by"
        )
    names = {"id": id, "text": text, "place": order or id}
    rows = texts.select(
        *(F.col(f"`{column}`").alias(name) for name, column in names.items()),
        (F.col(f"`{by}`") if by else F.lit(None)).cast("double").alias("by"),
    ).where(F.col("text").isNotNull())
    sketches = _sketched(rows, bands, settings).withColumn("rank", _rank(keep)).persist()
    first = F.min_by(F.struct("id", "rank", "buckets"), F.col("rank"))
    firsts = sketches.groupBy(DIGEST).agg(first.alias("first")).persist()
    pairs = _verified(_candidates(firsts.select("first.*"), settings.max_group), rows, threshold, settings)
    return _removed(sketches, firsts, representatives(pairs))


def _refuse_other_keep(keep: str) -> None:
    """Raise `SettingsError` for a policy that data frames do not have."""
    if keep in get_args(Keep):
        return
    article = (
        f'; for articles, use spark.clean(..., keep_value=True) and keep="best", by="{KEEP_VALUE}"'
        if keep == "article"
        else ""
    )
    raise SettingsError(f"keep is {', '.join(get_args(Keep))}, not {keep!r}{article}")


def _rank(keep: str) -> Column:
    """Return the order in which texts are kept: those without a value come last."""
    value = {"first": F.lit(0), "longest": -F.col("length"), "best": F.coalesce(-F.col("by"), F.lit(np.inf))}
    return F.struct(value[keep].alias("value"), "place", "id")


def _sketched(rows: DataFrame, bands: Bands, settings: DuplicateSettings) -> DataFrame:
    """Return the sketches of texts that have words."""

    def sketch_texts(batches: Texts) -> Texts:
        for batch in batches:
            yield _sketch_rows(in_utc(batch), bands, settings)

    ours = rows.select("id", "place", "by", "text")
    schema = ours.drop("text").schema
    for name in (*DIGEST, "length"):
        schema = schema.add(name, LongType())
    schema = schema.add("buckets", ArrayType(LongType()))
    return ours.mapInArrow(sketch_texts, schema)


def _sketch_rows(
    batch: pyarrow.RecordBatch, bands: Bands, settings: DuplicateSettings
) -> pyarrow.RecordBatch:
    with Workspace(None, settings.memory, {}) as work:
        sketches = empty_sketches(batch.num_rows, bands, work)
        sketch(encoded(batch.column("text").to_pylist()), settings, bands, sketches, 0)
        band = np.arange(bands.number, dtype=np.uint64) << KEY_BITS
        keys = (sketches.keys.astype(np.uint64) | band).astype(np.int64)
        compared = sketches.shingles > 0
        buckets = [row.tolist() if there else [] for row, there in zip(keys, compared, strict=True)]
        digest = sketches.digest.astype(np.int64)
        found: dict[str, Any] = {
            **{name: batch.column(name) for name in ("id", "place", "by")},
            "high": pyarrow.array(digest[:, 0]),
            "low": pyarrow.array(digest[:, 1]),
            "length": pyarrow.array(sketches.length),
            "buckets": pyarrow.array(buckets, pyarrow.list_(pyarrow.int64())),
        }
        with_words = pyarrow.array(sketches.words > 0)
    return pyarrow.RecordBatch.from_pydict(found).filter(with_words)


def _candidates(firsts: DataFrame, most: int) -> DataFrame:
    """Return pairs of texts that share a bucket: `earlier`, `later`, and the rank of the earlier."""
    members = firsts.select("id", "rank", F.explode("buckets").alias("bucket"))
    heads = members.groupBy("bucket").agg(
        F.count("*").alias("members"), F.min("rank").alias("head_rank"), F.min_by("id", "rank").alias("head")
    )
    small = heads.where(F.col("members").between(2, most)).select("bucket")
    ours = members.join(small, "bucket")
    earlier = ours.select("bucket", F.col("id").alias("earlier"), "rank")
    later = ours.select("bucket", F.col("id").alias("later"), F.col("rank").alias("later_rank"))
    pairs = earlier.join(later, "bucket").where(F.col("rank") < F.col("later_rank"))
    crowds = members.join(heads.where(F.col("members") > most), "bucket").where(F.col("id") != F.col("head"))
    with_head = crowds.select(
        F.col("head").alias("earlier"), F.col("id").alias("later"), F.col("head_rank").alias("rank")
    )
    return pairs.select("earlier", "later", "rank").union(with_head).dropDuplicates(["earlier", "later"])


def _verified(
    candidates: DataFrame, rows: DataFrame, threshold: float, settings: DuplicateSettings
) -> DataFrame:
    """Return the pairs at or above the threshold, with their similarity."""
    texts = rows.select("id", "text")
    one = texts.withColumnsRenamed({"id": "earlier", "text": "earlier_text"})
    two = texts.withColumnsRenamed({"id": "later", "text": "later_text"})
    paired = candidates.join(one, "earlier").join(two, "later")

    def verify(batches: Texts) -> Texts:
        for batch in batches:
            both = [*batch.column("earlier_text").to_pylist(), *batch.column("later_text").to_pylist()]
            different = list(dict.fromkeys(both))
            at = {text: number for number, text in enumerate(different)}
            left, right = np.array([at[text] for text in both], np.int64).reshape(2, -1)
            similarity = jaccards(left, right, shingle_sets(encoded(different), settings), threshold)
            kept = (
                in_utc(batch)
                .select(["earlier", "later", "rank"])
                .append_column("similarity", pyarrow.array(similarity))
            )
            yield kept.filter(pyarrow.array(similarity >= 0))

    schema = StructType([paired.schema[name] for name in ("earlier", "later", "rank")]).add(
        "similarity", "double"
    )
    return paired.mapInArrow(verify, schema)


def _removed(sketches: DataFrame, firsts: DataFrame, gone: DataFrame) -> DataFrame:
    """Return a row for each removed text; equal texts are removed with the first of them.

    gone: `later`, `earlier` (the kept text) and `similarity`
    """
    first = firsts.select(*DIGEST, F.col("first.id").alias("first"))
    known = sketches.select("id", *DIGEST).join(first, DIGEST)
    linked = known.join(gone, known["first"] == gone["later"], "left")
    stays = F.coalesce("earlier", "first")
    return linked.where(F.col("id") != stays).select(
        "id", stays.alias("duplicate_of"), F.coalesce("similarity", F.lit(1.0)).alias("similarity")
    )
