#!/usr/bin/env python3
"""Compares the memory that `gan-train train --dry-run` plans with what four steps take.

    cargo build --release -p gan-train
    python3 benches/scale/memory.py

What is printed as taken is the most resident memory of the process, less that of a run of the
smallest networks, which is the program itself. Batches are of all 1,497 images of the built-in
digits unless they are named; each network is large enough to show in the sum.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "target/release/gan-train"
DISCRIMINATOR = "--batch 1497 --g-hidden 64 --d-hidden 512-512-512-512-512-512"
GENERATOR = "--batch 1497 --g-hidden 512-512-512-512-512-512 --d-hidden 64"
WEIGHTS = "--batch 16 --g-hidden 1024 --d-hidden 1024-1024-1024-1024-1024-1024"
RECIPES = [
    ("R1 by finite differences", DISCRIMINATOR),
    ("exact R1", f"{DISCRIMINATOR} --set training.r1=exact"),
    (
        "WGAN-GP",
        f"{DISCRIMINATOR} --objective wasserstein --gamma 0 --set training.gradient_penalty=1",
    ),
    ("dropout", f"{DISCRIMINATOR} --set discriminator.dropout=0.3"),
    ("batch norm", f"{DISCRIMINATOR} --gamma 0 --set discriminator.batch_norm=true"),
    (
        "batch norm, dropout, R1, R2",
        f"{DISCRIMINATOR} --set discriminator.batch_norm=true"
        " --set discriminator.dropout=0.3 --set training.r2_gamma=1",
    ),
    (
        "exact R1 and R2, dropout",
        f"{DISCRIMINATOR} --set training.r1=exact"
        " --set training.r2_gamma=1 --set discriminator.dropout=0.3",
    ),
    ("spectral norm", f"{DISCRIMINATOR} --set discriminator.spectral_norm=true"),
    ("large generator", f"{GENERATOR} --gamma 0"),
    ("small batch", WEIGHTS),
    ("parts of 16", WEIGHTS.replace("16", "256", 1) + " --micro-batch 16"),
    ("small networks", "--batch 16 --g-hidden 1024 --d-hidden 1024-1024"),
]


def train(folder: str, options: str) -> list[str]:
    """The command for four steps with these options."""
    common = f"train --data digits --steps 4 --eval-every 0 --threads 2 -o {folder}/run"
    return [str(PROGRAM), *common.split(), "--overwrite", *options.split()]


def taken(command: list[str]) -> float:
    """The most resident memory of a process that has to succeed, in megabytes."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return usage.ru_maxrss * 1024 / 1e6


def main() -> None:
    """Prints a line for each recipe."""
    with tempfile.TemporaryDirectory() as folder:
        program = taken(train(folder, "--batch 8 --g-hidden 8 --d-hidden 8"))
        print(f"the program itself: {program:.0f} MB")
        print(f"{'recipe':28}  planned  taken  taken / planned")
        for name, options in RECIPES:
            command = train(folder, options)
            plan = subprocess.check_output([*command, "--dry-run"], text=True)
            planned = re.search(r"memory +([\d,]+) MB", plan)
            assert planned, plan
            planned = int(planned[1].replace(",", ""))
            run = taken(command) - program
            print(f"{name:28}  {planned:7}  {run:5.0f}  {run / planned:.2f}")


if __name__ == "__main__":
    main()
