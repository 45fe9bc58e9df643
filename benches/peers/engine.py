"""Two builds of gan-train in turns: the cost of a training step.

    git worktree add OLD d847d32
    cargo build --release --package gan-train --manifest-path OLD/Cargo.toml
    cargo build --release --package gan-train
    python benches/peers/engine.py OLD/target/release/gan-train

Both builds meet the same machine, one after the other, and each is first in every second round.
Prints for each network, recipe and number of threads the medians of the rounds, and the median of
the rounds' ratios, new to old: below 1, the new one is faster.
"""

import tempfile
from pathlib import Path
from statistics import median

import trainer


def main():
    arguments = trainer.options(__doc__.splitlines()[0])
    arguments.add_argument("old", type=Path, help="the other build's gan-train")
    arguments.add_argument("--new", type=Path, default=trainer.BINARY, help="this one's")
    options = arguments.parse_args()
    print(
        f"{'network':<9}{'recipe':<9}{'threads':>7}"
        f"{'old CPU':>9}{'new CPU':>9}{'ratio':>7}"
        f"{'old wall':>10}{'new wall':>9}{'ratio':>7}{'old MB':>8}{'new MB':>7}   (ms a step)"
    )
    with tempfile.TemporaryDirectory() as data:
        trainer.digits(options.new, data)
        for preset in options.presets:
            for recipe in ["classic", "default"]:
                for threads in options.threads:
                    pairs = [
                        pair(options, number, data, preset, recipe, threads)
                        for number in range(options.rounds)
                    ]
                    print(f"{preset:<9}{recipe:<9}{threads:>7}{table_row(pairs)}", flush=True)


def pair(options, number, data, preset, recipe, threads):
    """The costs of a step of the old and of the new build, in one round."""
    builds = [options.old, options.new]
    order = builds if number % 2 == 0 else builds[::-1]
    costs = {build: trainer.step(build, data, preset, recipe, threads) for build in order}
    return [costs[build] for build in builds]


def table_row(pairs):
    cpu, wall = ([(old.cpu, new.cpu) for old, new in pairs], [(o.wall, n.wall) for o, n in pairs])
    text = ""
    for column, width in [(cpu, 9), (wall, 10)]:
        old, new = (median(side) for side in zip(*column))
        text += f"{old:>{width}.2f}{new:>9.2f}{median(n / o for o, n in column):>7.3f}"
    old, new = (median(cost.peak for cost in side) for side in zip(*pairs))
    return f"{text}{old:>8.0f}{new:>7.0f}"


if __name__ == "__main__":
    main()
