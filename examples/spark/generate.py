"""Makes images on a Spark cluster, as Parquet files that Spark writes.

    pip install pyspark pyarrow pandas gan-core    # and Java 17
    python examples/spark/generate.py models/mnist-small.gan 24000 images.parquet

Row `index` has the image that `gan generate` makes as number `index` of the seed, and its label.
Each task has the indices of a range: Spark makes it again where one fails, and its writer gives the
table only the files of one try. With spark-submit, --master and the like say where it runs.

The files have Spark's bytes, which its version decides; what is in them does not change. The last
line is the SHA-256 of all pixels in the order of the index, and then of all labels.
"""

import argparse
import hashlib
import os
import sys

# The workers take the Python that this is, and not the first of their PATH.
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)

from pyspark.sql import SparkSession  # noqa: E402

#: Images of a batch: some megabytes.
AT_ONCE = 4096


def images(blob, seed, count, task):
    """Makes rows of first indices of tasks of `task` images each."""

    def make(batches):
        import gan_core
        import pyarrow

        model = gan_core.Model(blob)
        for batch in batches:
            for start in batch.column("id").to_pylist():
                end = min(start + task, count)
                for first in range(start, end, AT_ONCE):
                    here = min(AT_ONCE, end - first)
                    pixels = model.generate(here, seed=seed, first=first).reshape(here, -1)
                    rows = {
                        "index": pyarrow.array(range(first, first + here), pyarrow.int64()),
                        "label": pyarrow.array(model.labels(here, first), pyarrow.int32()),
                        "image": pyarrow.array([image.tobytes() for image in pixels]),
                    }
                    yield pyarrow.RecordBatch.from_pydict(rows)

    return make


def digest(table):
    """The SHA-256 of the table's pixels and then labels, for one that fits in memory."""
    rows = table.orderBy("index").toArrow()
    found = hashlib.sha256()
    for image in rows.column("image"):
        found.update(image.as_py())
    found.update(bytes(rows.column("label").to_pylist()))
    return found.hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("count", type=int)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--task", type=int, default=3_000, help="images of a task")
    asked = parser.parse_args()
    with open(asked.model, "rb") as file:
        blob = file.read()
    spark = SparkSession.builder.appName("gan").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    tasks = -(-asked.count // asked.task)
    starts = spark.range(0, asked.count, asked.task, numPartitions=tasks)
    make = images(blob, asked.seed, asked.count, asked.task)
    starts.mapInArrow(make, "index long, label int, image binary").write.parquet(asked.out)
    written = spark.read.parquet(asked.out)
    print(f"spark: {tasks} tasks, {written.count()} images")
    print(digest(written))
    spark.stop()


if __name__ == "__main__":
    main()
