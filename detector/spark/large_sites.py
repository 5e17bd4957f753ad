"""Counts of the lines of large sites, for each group of their pages.

A line that is in few groups goes to these groups only, and a line that is in many goes to all groups of its
site. So the rows grow with the lines of the pages, not with the square of the size of a site.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from detector.corpus.parsed_shards import ParsedBatch
from detector.spark.rows import PageSpec, batches_of
from detector.spark.sites import LEAST_PAGES, NAMES, TOGETHER, KeysOfLines, keys_of, rows_of

# Columns while pages are shuffled: the site, the number of groups that it is split into (null for a small
# site), and the group.
SITE: Final = "_detector_site"
CUTS: Final = "_detector_cuts"
GROUP: Final = "_detector_group"
# If a line is in more groups, of the pages that a task counts together, it goes to all groups of its site.
MOST_GROUPS: Final = 64
SCHEMA: Final = "site long, key long, pages int, is_site boolean, groups array<int>"


class _Placed(NamedTuple):
    """Some parsed pages, and the group of each row of their table."""

    batch: ParsedBatch
    group: NDArray[np.int32]


def group_of(site: Column, salt: Column, groups: int) -> Column:
    """Return the group of a part of a site."""
    return F.pmod(F.xxhash64(site, salt.cast("int")), F.lit(groups)).cast("int")


def counts_of_large(
    placed: DataFrame, cuts: DataFrame, spec: PageSpec, groups: int, since: DataFrame | None
) -> DataFrame:
    """Return the counts of large sites, earlier pages included, for the groups with these lines.

    placed: pages with `SITE`, `CUTS` and `GROUP`; cuts: the large sites; since: counts of earlier pages
    """
    large = placed.where(F.col(CUTS).isNotNull()).drop(SITE, CUTS)
    cuts, parts = cuts.withColumnRenamed(SITE, "site"), _counted(large, spec)
    if since is not None:
        earlier = since.select(NAMES).join(cuts, "site", "left_semi")
        parts = parts.unionByName(earlier.withColumn("groups", F.array().cast("array<int>")))
    total = parts.groupBy("site", "key", "is_site").agg(
        F.sum("pages").cast("int").alias("pages"),
        F.max(F.col("groups").isNull()).alias("is_everywhere"),
        F.array_distinct(F.flatten(F.collect_list("groups"))).alias("groups"),
    )
    known = total.where(F.col("is_site") | (F.col("pages") >= LEAST_PAGES)).join(cuts, "site")
    every = F.transform(
        F.sequence(F.lit(0), F.col(CUTS) - 1), lambda salt: group_of(F.col("site"), salt, groups)
    )
    wanted = F.when(F.col("is_everywhere"), every).otherwise(F.col("groups"))
    return known.select(*NAMES, F.explode(wanted).alias(GROUP))


def _counted(pages: DataFrame, spec: PageSpec) -> DataFrame:
    """Return the counts of every task, not yet added up, and the groups with each line."""

    def count(tables: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        found: list[_Placed] = []
        for table in tables:
            group = table.column(GROUP).to_numpy()
            found += (
                _Placed(batch, group) for batch in batches_of(pyarrow.Table.from_batches([table]), spec)
            )
            if len(found) >= TOGETHER:
                yield _rows(found)
                found = []
        yield _rows(found)

    return pages.mapInArrow(count, SCHEMA)


def _rows(placed: Sequence[_Placed]) -> pyarrow.RecordBatch:
    """Return the counts of some pages as rows of `SCHEMA`. Rows of a site have no groups: all get them."""
    keys = [list(keys_of(one.batch)) for one in placed]
    counts = rows_of([one.batch for one in placed], [found for of_batch in keys for found in of_batch])
    key, group = _groups_of_keys(placed, keys)
    first = np.searchsorted(key, counts.column("key").to_numpy())
    last = np.searchsorted(key, counts.column("key").to_numpy(), side="right")
    is_site = counts.column("is_site").to_numpy(zero_copy_only=False)
    is_null = is_site | (last - first > MOST_GROUPS)
    size = np.where(is_null, 0, last - first)
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(size)))
    at = np.repeat(first - offsets[:-1], size) + np.arange(offsets[-1])
    lists = pyarrow.ListArray.from_arrays(
        pyarrow.array(offsets, pyarrow.int32()), pyarrow.array(group[at], pyarrow.int32()),
        mask=pyarrow.array(is_null),
    )  # fmt: skip
    return pyarrow.RecordBatch.from_arrays([*counts.columns, lists], [*NAMES, "groups"])


def _groups_of_keys(
    placed: Sequence[_Placed], keys_of_lines: Sequence[Sequence[KeysOfLines]]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the distinct pairs of keys of lines and their groups, ascending."""
    keys, groups = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
    for (batch, of_row), of_batch in zip(placed, keys_of_lines, strict=True):
        for found in of_batch:
            group = of_row[[batch.documents[at].number for at in found.positions]]
            keys.append(found.key)
            groups.append(group[found.page].astype(np.int32))
    key, group = np.concatenate(keys), np.concatenate(groups)
    order = np.lexsort((group, key))
    key, group = key[order], group[order]
    is_new = np.ones(key.size, np.bool_)
    is_new[1:] = (key[1:] != key[:-1]) | (group[1:] != group[:-1])
    return key[is_new], group[is_new]
