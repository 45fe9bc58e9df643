"""Searches a learning rate and a penalty for digits8 with Optuna (pip install optuna).

Each trial is a run of its own, judged by images that it held out. Call it from the project's
folder after `cargo build --release -p gan-train`, or give the command as GAN_TRAIN.
"""

import json
import os
import pathlib
import subprocess
import sys

import optuna

GAN_TRAIN = os.environ.get("GAN_TRAIN", "target/release/gan-train")
FOLDER = pathlib.Path("runs/optuna")


def distance(trial):
    """Trains one run, and returns the Fréchet distance of the checkpoint that it has chosen."""
    rate = trial.suggest_float("training.lr", 5e-4, 8e-3, log=True)
    gamma = trial.suggest_float("training.r1_gamma", 0.1, 5.0, log=True)
    run = FOLDER / f"{trial.number:04}"
    arguments = ["--data", "digits", "--preset", "digits8", "--steps", "1000", "--out", run]
    keys = ["training.validation=0.2", "training.eval_every=500", f"training.lr={rate}"]
    keys.append(f"training.r1_gamma={gamma}")
    settings = [word for key in keys for word in ("--set", key)]
    subprocess.run([GAN_TRAIN, "--quiet", "train", *arguments, *settings], check=True)
    lines = (run / "evaluations.jsonl").read_text().splitlines()
    return [found["fd"] for found in map(json.loads, lines) if found["best"]][-1]


if __name__ == "__main__":
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    study.optimize(distance, n_trials=trials)
    print(f"trial {study.best_trial.number}: FD {study.best_value:.2f}, {study.best_params}")
