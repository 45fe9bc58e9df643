"""Makes the shards of a set on a Ray cluster (pip install ray).

    gan shards init model.gan --count 1000000 -o /shared/set
    python examples/ray/generate.py /shared/set auto

Without an address, Ray is started here. Each task is one shard, made by the command gan, which the
environment variable GAN names where it is not in PATH. Ray tries a task again that fails, and gives
the tasks of a machine that is gone to others; what is there is kept.
"""

import json
import os
import subprocess
import sys

import ray

GAN = os.environ.get("GAN", "gan")


def shards(folder, *arguments, check=True):
    """What `gan shards` says."""
    command = [GAN, "shards", *arguments[:1], folder, *arguments[1:], "--json"]
    done = subprocess.run(command, check=check, capture_output=True, text=True)
    return json.loads(done.stdout)


@ray.remote(num_cpus=1, max_retries=3, retry_exceptions=True)
def make(folder, index, count):
    return shards(folder, "run", "--index", str(index), "--of", str(count))


def main(folder, address=None):
    ray.init(address=address, include_dashboard=False, log_to_driver=False)
    # Its exit code is 4 as long as the set is not complete.
    count = shards(folder, "status", check=False)["shards"]
    reports = ray.get([make.remote(folder, index, count) for index in range(count)])
    ray.shutdown()
    made, images = (sum(report[what] for report in reports) for what in ("made", "images"))
    print(f"ray: {count} shards, {made} made, {images} images")


if __name__ == "__main__":
    main(*sys.argv[1:])
