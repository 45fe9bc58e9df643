"""Makes the shards of a set on the workers of a Dask cluster (pip install distributed).

    gan shards init model.gan --count 1000000 -o /shared/set
    python examples/dask/generate.py /shared/set tcp://scheduler:8786

Without an address, two workers are started here. Each task is one shard, made by the command gan,
which the environment variable GAN names where it is not in PATH. Dask tries a task again that
fails, and gives the tasks of a worker that is gone to others; what is there is kept.
"""

import json
import os
import subprocess
import sys

from dask.distributed import Client, as_completed

GAN = os.environ.get("GAN", "gan")


def shards(folder, *arguments, check=True):
    """What `gan shards` says."""
    command = [GAN, "shards", *arguments[:1], folder, *arguments[1:], "--json"]
    done = subprocess.run(command, check=check, capture_output=True, text=True)
    return json.loads(done.stdout)


def make(folder, index, count):
    return shards(folder, "run", "--index", str(index), "--of", str(count))


def main(folder, address=None):
    # Its exit code is 4 as long as the set is not complete.
    count = shards(folder, "status", check=False)["shards"]
    where = {"address": address} if address else {"n_workers": 2, "threads_per_worker": 1}
    with Client(dashboard_address=None, **where) as client:
        tasks = [
            client.submit(make, folder, index, count, retries=3, pure=False)
            for index in range(count)
        ]
        reports = [task.result() for task in as_completed(tasks)]
    made, images = (sum(report[what] for report in reports) for what in ("made", "images"))
    print(f"dask: {count} shards, {made} made, {images} images")


if __name__ == "__main__":
    main(*sys.argv[1:])
