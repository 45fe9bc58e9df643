"""Training samples a second against the batch, on GPUs and on this computer's CPU, as Markdown.

    benches/gpu/run.sh measure
    python3 benches/gpu/samples.py cuda=target/gpu/gan-train-cuda --minutes 5

A sample is an image of the data that both networks have learned from once; a step has one batch of
them. The time of a step is the difference of a long and a short run, so that neither the start of
the program nor the compilation of kernels is in it. The recipe is each network's default, the
images are 60,000 digits that models/mnist-small.gan draws. First each device makes the first steps
of `compact`, and its losses have to be the CPU's to 1 part in 10,000.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "peers"))
import steps as gpu  # noqa: E402
import trainer  # noqa: E402

CPU = "flex"
# A short and a long run, in steps, on a GPU and on the CPU.
STEPS = {
    "deep": ((50, 550), (20, 120)),
    "wide": ((10, 60), (1, 5)),
}
NO_DRIVER = 3


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("builds", nargs="+", metavar="DEVICE=GAN_TRAIN")
    arguments.add_argument("--networks", nargs="*", default=list(STEPS), choices=list(STEPS))
    arguments.add_argument("--batches", nargs="*", type=int, default=[32, 128, 512, 2048])
    arguments.add_argument("--threads", type=int, default=os.cpu_count(), help="of the CPU")
    arguments.add_argument("--gpus", type=int, default=1, help="also so many at once, for cuda")
    arguments.add_argument("--minutes", type=float, default=10, help="begin nothing after these")
    options = arguments.parse_args()
    end = time.monotonic() + 60 * options.minutes
    builds = [gpu.unpacked(*text.split("=", 1)) for text in options.builds]
    for device, binary in builds[:]:
        if device == "cuda" and options.gpus > 1:
            builds.append((f"cuda:0-{options.gpus - 1}", binary))
    with tempfile.TemporaryDirectory() as data:
        trainer.digits(builds[0][1], data)
        there = [build for build in builds if is_there(*build, data)]
        if not there:
            print("No GPU was found; the CPU alone is no comparison.", file=sys.stderr)
            raise SystemExit(NO_DRIVER)
        gpu.check(there, data)
        print(f"\n{machine()}, {options.threads} threads; samples a second\n")
        devices = [*there, (CPU, there[0][1])]
        print("| network | batch |" + "".join(f" {device} |" for device, _ in devices))
        print("|---|--:|" + "--:|" * len(devices))
        for network in options.networks:
            for batch in options.batches:
                cells = [
                    rate(build, data, network, batch, options.threads, end) for build in devices
                ]
                print(f"| `{network}` | {batch} |" + "".join(cells), flush=True)


def is_there(device, binary, data):
    """Whether a step can be made on the device; if not, says why."""
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "train", "--data", data, "--preset", "compact", "--steps", "1"]
        command += ["--eval-every", "0", *gpu.on(device), "--out", f"{folder}/run"]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{device}: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode == 0


def rate(build, data, network, batch, threads, end):
    """A cell of the table: samples a second, or that there was no time left for it."""
    device, binary = build
    if time.monotonic() > end:
        return " no time |"
    steps = STEPS[network][device == CPU]
    # Both runs write one checkpoint, at their end.
    more = [*gpu.on(device), "--set", f"training.batch={batch}", "--checkpoint-every", 86400]
    cost = trainer.step(binary, data, network, "default", threads, steps=steps, more=more)
    return f" {1000 * batch / cost.wall:,.0f} |"


def machine():
    """The GPU, and the CPU."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(": ")[2] if names else cpu
    if not shutil.which("nvidia-smi"):
        return cpu
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    found = subprocess.run(query, capture_output=True, text=True).stdout.strip()
    return f"{'; '.join(found.splitlines())}; {cpu}"


if __name__ == "__main__":
    main()
