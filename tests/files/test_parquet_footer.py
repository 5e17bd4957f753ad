"""The columns in a Parquet file's footer are read as pyarrow reads them; damage is reported."""

import random

import pytest

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

from detector.files.parquet_footer import row_groups  # noqa: E402


@pytest.fixture
def path(tmp_path):
    table = pyarrow.table(
        {
            "text": [f"text {at % 7}" for at in range(500)],
            "deep": [[{"a": [at], "b": str(at)}] for at in range(500)],
            "share": [at / 7 for at in range(500)],
            "sure": [at % 2 == 0 for at in range(500)],
        }
    ).replace_schema_metadata({"made by": "hand"})
    parquet.write_table(table, tmp_path / "x.parquet", row_group_size=150)
    return tmp_path / "x.parquet"


def test_it_is_what_pyarrow_says(path):
    with path.open("rb") as file:
        found = row_groups(file, 4)
    metadata = parquet.ParquetFile(path).metadata
    groups = [metadata.row_group(at) for at in range(metadata.num_row_groups)]
    columns = [[group.column(at) for at in range(group.num_columns)] for group in groups]
    assert len(found) == 4
    assert found == [
        [
            (
                column.dictionary_page_offset or column.data_page_offset,
                column.total_compressed_size,
                column.total_uncompressed_size,
            )
            for column in group
        ]
        for group in columns
    ]


def test_damage_is_named_whatever_it_is(path):
    whole, chance = path.read_bytes(), random.Random(1)
    for size in (0, 7, 8, 200):
        path.write_bytes(whole[-size:] if size else b"")
        with path.open("rb") as file, pytest.raises(ValueError, match="footer"):
            row_groups(file, 4)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            data[-chance.randint(9, 1500)] = chance.randrange(256)
        path.write_bytes(data)
        with path.open("rb") as file:
            try:
                row_groups(file, 4)
            except ValueError as error:
                assert "footer" in str(error)
