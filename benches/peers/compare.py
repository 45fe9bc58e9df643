"""gan-train against PyTorch: training steps per second of the same networks on the CPU, in turns.

    cargo build --release -p gan-train
    python -m venv venv && venv/bin/pip install torch
    venv/bin/python benches/peers/compare.py

Prints for each network, recipe and number of threads the medians of the rounds, and the median of
the rounds' ratios: above 1, gan-train is faster.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import trainer

PYTORCH = Path(__file__).resolve().parent / "pytorch.py"


def pytorch(preset, recipe, threads, more=()):
    """Steps a second of PyTorch."""
    # Spinning threads of an idle pool would take the other's time.
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, PYTORCH, "--preset", preset, "--recipe", recipe]
    command += ["--threads", str(threads), *map(str, more)]
    if "--steps" not in more:
        command += ["--steps", str(trainer.STEPS[preset][1])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed: {done.stderr}")
    return float(done.stdout)


def main():
    options = trainer.options(__doc__.splitlines()[0]).parse_args()
    print(
        f"{'network':<10}{'recipe':<10}{'threads':>8}{'PyTorch':>10}{'gan-train':>11}{'ratio':>7}"
        "   (steps/s)"
    )
    with tempfile.TemporaryDirectory() as data:
        trainer.digits(trainer.BINARY, data)
        for preset in options.presets:
            for recipe in ["classic", "default"]:
                for threads in options.threads:
                    pairs = []
                    for _ in range(options.rounds):
                        ours = trainer.step(trainer.BINARY, data, preset, recipe, threads)
                        pairs.append((pytorch(preset, recipe, threads), 1000 / ours.wall))
                    theirs, ours = (median(column) for column in zip(*pairs))
                    ratio = median(b / a for a, b in pairs)
                    print(
                        f"{preset:<10}{recipe:<10}{threads:>8}{theirs:>10.1f}{ours:>11.1f}"
                        f"{ratio:>7.2f}",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
