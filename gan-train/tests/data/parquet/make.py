"""Writes the files of this folder with pyarrow (26.0.1), and with Python's csv what is in them:

    pip install pyarrow==26.0.1 && python make.py

`cargo test` reads what is committed and needs neither.
"""

import csv
import decimal

import pyarrow as pa
import pyarrow.parquet as pq

def shown(value):
    """What a number is as text; six digits are enough for the floats here."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


ROWS = range(12)
COLUMNS = {
    "height [m]": pa.array([1.5 + i / 8 for i in ROWS]),
    "count": pa.array([i * 5_000_000_000 - 40 for i in ROWS], pa.int64()),
    "small": pa.array([250 - i for i in ROWS], pa.uint8()),
    "short": pa.array([i - 7 for i in ROWS], pa.int32()),
    "single": pa.array([i / 10 for i in ROWS], pa.float32()),
    "price": pa.array([decimal.Decimal(i - 3) / 4 for i in ROWS], pa.decimal128(7, 2)),
    "is long": pa.array([i % 3 == 0 for i in ROWS]),
    "colour": pa.array([["red", "green", "blü"][i % 3] for i in ROWS]),
    "grade": pa.array([["1", "2"][i % 2] for i in ROWS]).dictionary_encode(),
}
TABLE = pa.table(COLUMNS)
# Three row groups; pages of four values where there are no dictionaries.
SHAPE = {"row_group_size": 5, "write_batch_size": 4, "data_page_size": 8}
for name, options in {
    "plain": {"compression": "none", "use_dictionary": False},
    "snappy": {"compression": "snappy"},
    "gzip": {"compression": "gzip", "data_page_version": "2.0"},
    "zstd": {"compression": "zstd", "use_dictionary": False, "data_page_version": "2.0"},
}.items():
    pq.write_table(TABLE, f"{name}.parquet", **SHAPE, **options)
# Columns that cannot be without a value, and what pandas keeps beside the columns.
required = [pa.field("a", pa.int32(), nullable=False)]
required += [pa.field("__index_level_0__", pa.int64(), nullable=False)]
pq.write_table(pa.table([[1, 2], [3, 4]], schema=pa.schema(required)), "required.parquet")

# What is refused.
day = pa.array([1, 2], pa.date32())
for name, column, options in [
    ("missing", pa.array([1, 2, None]), {}),
    ("nested", pa.array([[1], [2]]), {}),
    ("date", day, {}),
    ("lz4", pa.array([1, 2]), {"compression": "lz4"}),
    ("delta", pa.array([1, 2]), {"column_encoding": "DELTA_BINARY_PACKED"}),
]:
    options.setdefault("use_dictionary", False)
    pq.write_table(pa.table({"a": column}), f"refused-{name}.parquet", **options)

with open("values.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in TABLE.to_pylist():
        writer.writerow(shown(value) for value in row.values())
# 90 MB in 11 KB.
much = pa.table({"a": pa.array(["seven" * 60] * 300_000)})
pq.write_table(much, "refused-much.parquet", compression="zstd")
