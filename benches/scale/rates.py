"""Images, training samples and runs by the clock, against threads, processes and ranks.

    cargo build --release -p gan-tools -p gan-train
    cargo build --release --manifest-path gan-train-mpi/Cargo.toml   # if there is MPI
    python3 benches/scale/rates.py

The machine has to be idle: the script says how many programs want to run before it begins, and the
tables begin with that number. It prints Markdown. Each figure is the median of --rounds rounds,
which are made in turns, so that a machine that slows down slows all of them down.

An image is one of `models/mnist-large.gan`, in a set of shards (`gan shards`), SHA-256 and writing
included. A sample is an image that both networks have learned from once; a step has one batch of
them, and its time is the difference of a long and a short run. A run is a whole one, of as many
steps as RUNS says, without evaluations.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.append(str(Path(__file__).resolve().parent.parent / "peers"))
import trainer  # noqa: E402

ROOT = trainer.ROOT
GAN = ROOT / "target/release/gan"
RANKS = ROOT / "gan-train-mpi/target/release/gan-train-mpi"
PACKAGES = {GAN: "gan-tools", trainer.BINARY: "gan-train"}
# Networks, batches, and a short and a long run in steps.
STEPS = {
    ("compact", 128): (50, 450),
    ("compact", 1024): (20, 100),
    ("deep", 128): (10, 60),
    ("deep", 1024): (4, 16),
}
# Steps of a run.
RUNS = {"digits8": 2000, "compact": 500, "deep": 100}
TABLES = ["images", "samples", "runs"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--count", type=int, default=400_000, help="images of a set")
    arguments.add_argument("--only", choices=TABLES, nargs="*", default=TABLES)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    arguments.add_argument("--ranks", type=int, nargs="*", default=[1, 2])
    options = arguments.parse_args()
    for program, package in PACKAGES.items():
        if not program.exists():
            raise SystemExit(f"{program} is not there: cargo build --release -p {package}")
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores; {load:.2f} programs wanted to run in the minute before\n")
    for name in options.only:
        globals()[name](options)


def images(options):
    """Prints images a second of one worker by its threads, and of several workers."""
    cases = {f"1 worker, {count} threads": (1, count) for count in options.threads}
    cases |= {f"{count} workers, 1 thread each": (count, 1) for count in options.threads[1:]}
    rows = {name: [] for name in cases}
    for _ in range(options.rounds):
        for name, (workers, threads) in cases.items():
            rows[name].append(options.count / wall_of_set(options.count, workers, threads))
    medians = {name: [median(rates)] for name, rates in rows.items()}
    table("images of `mnist-large`", ["images a second"], medians)


def wall_of_set(count, workers, threads):
    """Seconds by the clock that workers take for a set of images."""
    with tempfile.TemporaryDirectory() as folder:
        model = ROOT / "models/mnist-large.gan"
        init = [GAN, "shards", "init", model, "--count", str(count), "--format", "idx"]
        subprocess.run([*init, "--shard", "10000", "-o", f"{folder}/set"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        run = [GAN, "shards", "run", f"{folder}/set", "--of", str(workers), "--index"]
        environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
        start = time.perf_counter()
        children = [
            subprocess.Popen([*run, str(index)], env=environment, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
            for index in range(workers)
        ]
        if any(child.wait() != 0 for child in children):
            raise SystemExit(f"{' '.join(map(str, run))} failed")
        return time.perf_counter() - start


def samples(options):
    """Prints samples a second by threads, and by processes that share the batch."""
    with tempfile.TemporaryDirectory() as data:
        trainer.digits(trainer.BINARY, data)
        programs = {
            f"{threads} threads": ([trainer.BINARY], threads, []) for threads in options.threads
        }
        shards = ["--set", f"training.shards={max(options.ranks)}"]
        if RANKS.exists() and shutil.which("mpirun"):
            programs |= {
                f"{ranks} ranks, 1 thread each, {max(options.ranks)} shards": (
                    ["mpirun", "--allow-run-as-root", "-n", str(ranks), RANKS], 1, shards)
                for ranks in options.ranks
            }
        else:
            print("SKIPPED ranks: no mpirun, or no gan-train-mpi is built", file=sys.stderr)
        rounds = {(name, case): [] for name in programs for case in STEPS}
        for _ in range(options.rounds):
            for name, (program, threads, more) in programs.items():
                for case in STEPS:
                    rate = samples_a_second(program, data, case, threads, more)
                    rounds[name, case].append(rate)
        heads = [f"`{preset}`, batch {batch}" for preset, batch in STEPS]
        rows = {name: [median(rounds[name, case]) for case in STEPS] for name in programs}
        table("training, samples a second", heads, rows)


def samples_a_second(program, data, case, threads, more):
    """Samples a second by the clock, of the steps that a long run has more than a short one."""
    preset, batch = case
    seconds = []
    for steps in STEPS[case]:
        with tempfile.TemporaryDirectory() as folder:
            command = [*program, "train", "--data", data, "--preset", preset, *more]
            command += ["--set", f"training.batch={batch}", "--eval-every", "0"]
            command += ["--steps", steps, "--checkpoint-every", 86400, "--out", f"{folder}/run"]
            environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
            start = time.perf_counter()
            done = subprocess.run(list(map(str, command)), env=environment, capture_output=True,
                                  text=True)
            seconds.append(time.perf_counter() - start)
            if done.returncode != 0:
                raise SystemExit(f"{' '.join(map(str, command))} failed: {done.stderr}")
    short, long = STEPS[case]
    return (long - short) * batch / (seconds[1] - seconds[0])


def runs(options):
    """Prints runs an hour: one at a time on several threads, and as many at a time as cores."""
    most = max(options.threads)
    cases = {f"one run at a time, {count} threads": (1, count) for count in options.threads}
    cases[f"{most} runs at a time, 1 thread each"] = (most, 1)
    with tempfile.TemporaryDirectory() as data:
        trainer.digits(trainer.BINARY, data)
        rounds = {(name, preset): [] for name in cases for preset in RUNS}
        for _ in range(options.rounds):
            for name, (jobs, threads) in cases.items():
                for preset in RUNS:
                    wall = wall_of_runs(preset, data, jobs, threads, 2 * most)
                    rounds[name, preset].append(3600 * 2 * most / wall)
    rows = {name: [median(rounds[name, preset]) for preset in RUNS] for name in cases}
    table("runs an hour", [f"`{preset}`, {steps:,} steps" for preset, steps in RUNS.items()], rows)


def wall_of_runs(preset, data, jobs, threads, count):
    """Seconds by the clock that `count` runs take, which differ in their seeds."""
    data = "digits" if preset == "digits8" else data
    with tempfile.TemporaryDirectory() as folder:
        options = {"data": data, "preset": preset, "steps": RUNS[preset], "eval-every": 0}
        if jobs > 1:
            lines = [f"{key} = {value!r}" for key, value in options.items()]
            text = "\n".join(["[train]", *lines, "[grid]", f"seed = {list(range(count))}"])
            Path(folder, "seeds.toml").write_text(text)
            commands = [["sweep", "seeds.toml", "-o", "sweep", "--jobs", jobs]]
        else:
            words = [word for key, value in options.items() for word in (f"--{key}", value)]
            words += ["--threads", threads]
            commands = [["train", *words, "--seed", seed, "-o", seed] for seed in range(count)]
        start = time.perf_counter()
        for command in commands:
            command = [trainer.BINARY, *map(str, command)]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode != 0:
                raise SystemExit(f"{' '.join(map(str, command))} failed: {done.stderr}")
        return time.perf_counter() - start


def table(head, columns, rows):
    """Prints a table of numbers, with each row's multiple of the first one."""
    print(f"| {head} |" + "".join(f" {column} |" for column in columns))
    print("|---|" + "--:|" * len(columns))
    first = next(iter(rows.values()))
    for name, numbers in rows.items():
        cells = [f" {n:,.0f} ({n / base:.2f}) |" for n, base in zip(numbers, first)]
        print(f"| {name} |" + "".join(cells), flush=True)
    print()


if __name__ == "__main__":
    main()
