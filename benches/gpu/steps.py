"""Milliseconds of a training step on a GPU: gan-train's devices and PyTorch, in turns.

    cargo build --release -p gan-train --features wgpu --target-dir target/wgpu
    cargo build --release -p gan-train --features vulkan --target-dir target/vulkan
    python -m venv venv && venv/bin/pip install torch
    venv/bin/python benches/gpu/steps.py wgpu=target/wgpu/release/gan-train \\
        vulkan=target/vulkan/release/gan-train

A device needs a build of its own: with the feature `vulkan` the device `wgpu` has Vulkan's compiler
too. A binary runs on a machine without Rust, and needs only the GPU's driver there; it may be
packed (`xz -3`: gan-train.xz) to be carried, and is unpacked beside itself. Without torch, or
where torch finds no GPU, PyTorch's column says so. The recipe is each preset's default, the images
are 60,000 digits of models/mnist-small.gan. First the flex device trains 5 steps, and each GPU
does: their losses must agree to 1 part in 10,000. Some steps later a unit's input lies so near to 0
that rounding decides on which side of it, and the runs drift apart.
"""

import argparse
import json
import lzma
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.append(str(Path(__file__).resolve().parent.parent / "peers"))
import compare  # noqa: E402
import trainer  # noqa: E402

# A short and a long run, in steps: pipelines are compiled in the first steps of both.
STEPS = {"deep": (100, 1100), "compact": (100, 1100), "square32": (100, 1100), "wide": (20, 120)}
CASES = [(name, batch) for name in ("deep", "compact", "square32") for batch in (128, 1024)]
CASES.append(("wide", 128))
CHECKED_STEPS = 5
TOLERANCE = 1e-4


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("builds", nargs="+", metavar="DEVICE=GAN_TRAIN")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--presets", nargs="*", default=list(STEPS))
    options = arguments.parse_args()
    builds = [unpacked(*text.split("=", 1)) for text in options.builds]
    print(subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True).stdout.strip()
          if shutil.which("nvidia-smi") else "no nvidia-smi")
    with tempfile.TemporaryDirectory() as data:
        trainer.digits(builds[0][1], data)
        check(builds, data)
        names = [device for device, _ in builds] + ["PyTorch"]
        print(f"{'network':<10}{'batch':>6}" + "".join(f"{name:>10}" for name in names) + "   (ms)")
        for preset, batch in CASES:
            if preset not in options.presets:
                continue
            rounds = []
            for _ in range(options.rounds):
                ours = [step(binary, data, device, preset, batch) for device, binary in builds]
                rounds.append([*ours, pytorch(preset, batch)])
            print(f"{preset:<10}{batch:>6}" + "".join(cell(c) for c in zip(*rounds)), flush=True)


def unpacked(device, path):
    """A device and its binary, as a file that can be run."""
    packed = Path(path)
    if packed.suffix != ".xz":
        return device, packed.resolve()
    binary = packed.resolve().with_suffix("")
    with lzma.open(packed) as source, binary.open("wb") as target:
        shutil.copyfileobj(source, target)
    binary.chmod(0o755)
    return device, binary


def check(builds, data):
    """Stops unless each device's losses in the first steps of `compact` are those of the CPU."""
    for device, binary in builds:
        on_gpu, on_cpu = (losses(binary, data, name) for name in (device, "flex"))
        worst = max(abs(a - b) / abs(b) for a, b in zip(on_gpu, on_cpu))
        print(f"{device}: {CHECKED_STEPS} steps, losses differ from flex's by {worst:.1e} of them")
        if not worst <= TOLERANCE:
            raise SystemExit(f"{device} computes wrong numbers: {on_gpu} (expected {on_cpu})")


def on(device):
    """The options that have `train` use a device; `cuda:0-3` needs as many shards."""
    first, dash, last = device.partition(":")[2].partition("-")
    shards = int(last) - int(first) + 1 if dash else 1
    return ["--device", device, "--set", f"training.shards={shards}"]


def losses(binary, data, device):
    with tempfile.TemporaryDirectory() as folder:
        command = [binary, "train", "--data", data, "--preset", "compact"]
        command += ["--steps", str(CHECKED_STEPS), "--eval-every", "0"]
        command += [*on(device), "--out", f"{folder}/run"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{device}: {done.stderr}")
        records = Path(folder, "run/metrics.jsonl").read_text().splitlines()
    return [json.loads(line)[key] for line in records for key in ("d_loss", "g_loss")]


def step(binary, data, device, preset, batch):
    more = [*on(device), "--set", f"training.batch={batch}"]
    cost = trainer.step(binary, data, preset, "default", 2, steps=STEPS[preset], more=more)
    return cost.wall


def pytorch(preset, batch):
    try:
        import torch
    except ImportError:
        return None
    if not torch.cuda.is_available():
        return None
    steps = STEPS[preset][1] - STEPS[preset][0]
    more = ["--device", "cuda", "--batch", batch, "--steps", steps]
    return 1000 / compare.pytorch(preset, "default", 2, more)


def cell(column):
    if None in column:
        return f"{'none':>10}"
    return f"{median(column):>10.2f}"


if __name__ == "__main__":
    main()
