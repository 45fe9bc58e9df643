"""What a training step of a gan-train binary costs: the difference of a long and a short run."""

import argparse
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = ROOT / "target/release/gan-train"

# A short and a long run, in steps. What both do alike, such as reading the images, cancels out.
STEPS = {"deep": (50, 250), "compact": (200, 1400)}


@dataclass
class Cost:
    """Of one step: processor time and wall clock in ms. Of the long run: peak memory in MB."""

    cpu: float
    wall: float
    peak: float


def options(description):
    """The parser of the options that the comparisons share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--presets", nargs="*", default=list(STEPS))
    return parser


def digits(binary, folder):
    """Writes 60,000 digits, as many as MNIST has, drawn by a model of the project."""
    model = ROOT / "models/mnist-small.gan"
    command = [binary, "generate", model, "--count", "60000", "--idx", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def run(binary, arguments, threads):
    """Seconds of processor time, seconds of wall clock, and peak memory in MB of one run."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(binary), "train", *map(str, arguments), "--out", f"{folder}/run"]
        files = [
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, f"{folder}/errors", os.O_WRONLY | os.O_CREAT, 0o600),
        ]
        environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
        start = time.perf_counter()
        child = os.posix_spawn(command[0], command, environment, file_actions=files)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - start
        if status != 0:
            raise SystemExit(f"{' '.join(command)} failed: {Path(folder, 'errors').read_text()}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def step(binary, data, preset, recipe, threads, steps=None, more=()):
    """The `Cost` of a step; `steps` are those of the short and of the long run."""
    short, long = steps or STEPS[preset]
    arguments = ["--data", data, "--preset", preset, "--recipe", recipe, "--eval-every", 0, *more]
    runs = [run(binary, [*arguments, "--steps", count], threads) for count in (short, long)]
    cpu, wall = (1000 * (runs[1][index] - runs[0][index]) / (long - short) for index in (0, 1))
    return Cost(cpu, wall, runs[1][2])
