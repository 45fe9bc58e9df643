"""gan-train against PyTorch: training steps per second of the same networks.

The two take turns, so that both meet the same machine.

    cargo build --release -p gan-train
    python -m venv venv && venv/bin/pip install torch
    venv/bin/python benches/peers/compare.py --data-dir DIR     # with MNIST's four files

Prints for each network, recipe and number of threads the median of the rounds, and the median of
the rounds' ratios.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BINARY = HERE.parent.parent / "target/release/gan-train"
STEPS = {"deep": 150, "compact": 800}


def pytorch(preset, recipe, threads):
    # Spinning threads of an idle pool would take the other's time.
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, HERE / "pytorch.py", "--preset", preset, "--recipe", recipe]
    command += ["--threads", str(threads), "--steps", str(STEPS[preset])]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


def gan_train(preset, recipe, threads, data):
    with tempfile.TemporaryDirectory() as folder:
        # Lines of metrics come every 100 steps in runs of this length; the first one is the
        # warm-up.
        steps = 40_000
        command = [BINARY, "train", "--data", "mnist", *data, "--preset", preset]
        command += ["--recipe", recipe, "--eval-every", "0", "--steps", str(steps)]
        command += ["--out", f"{folder}/run", "--checkpoint-every", "100000"]
        environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
        run = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines = []
        path = Path(folder) / "run/metrics.jsonl"
        while len(lines) < 1 + STEPS[preset] // 100 + 1:
            if run.poll() is not None:
                sys.exit(f"gan-train ended: {run.stderr.read()}")
            time.sleep(0.2)
            lines = path.read_text().splitlines() if path.exists() else []
        run.kill()
        run.wait()
        records = [json.loads(line) for line in lines[1:] if line.endswith("}")]
        batch = 128
        return statistics.median(record["images_per_second"] for record in records) / batch


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument(
        "--data-dir",
        help="folder with MNIST's files; else gan-train looks in its cache, and downloads",
    )
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    options = arguments.parse_args()
    data = ["--data-dir", options.data_dir] if options.data_dir else []
    print(
        f"{'network':<10}{'recipe':<10}{'threads':>8}"
        f"{'PyTorch':>10}{'gan-train':>11}{'ratio':>7}   (steps/s)"
    )
    for preset in ["deep", "compact"]:
        for recipe in ["classic", "default"]:
            for threads in options.threads:
                case = (preset, recipe, threads)
                pairs = [(pytorch(*case), gan_train(*case, data)) for _ in range(options.rounds)]
                theirs, ours = (statistics.median(column) for column in zip(*pairs))
                ratio = statistics.median(b / a for a, b in pairs)
                print(
                    f"{preset:<10}{recipe:<10}{threads:>8}"
                    f"{theirs:>10.1f}{ours:>11.1f}{ratio:>7.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
