"""Reads a run's checkpoint with PyTorch, and compares the images of both.

    python -m venv venv && venv/bin/pip install torch safetensors
    venv/bin/python benches/peers/checkpoint.py RUN [RUN ...]

Builds the run's generator as an `nn.Sequential`, loads `best.safetensors` (or, without one,
`checkpoint.safetensors`) into it, and draws images from the latents of seed 0 as
docs/blob-format.md defines them. gan-train draws the same from the run's float blob. Without batch
normalization the two differ by rounding alone. With it PyTorch normalizes over the images that it
draws at once, where the blob has statistics folded in. Activations that a float blob has not are
compared with the int8 blob, which has tables of them.
"""

import argparse
import subprocess
import tempfile
import tomllib
from pathlib import Path
from statistics import NormalDist

import torch
from safetensors import safe_open
from torch import nn

import trainer

COUNT = 4096
ACTIVATIONS = {
    "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "elu": nn.ELU, "selu": nn.SELU,
    "gelu": nn.GELU, "softplus": nn.Softplus, "silu": nn.SiLU,
}
TABLES = {"elu", "selu", "gelu", "softplus", "silu"}


def latents(length, count):
    """The latents of seed 0: docs/blob-format.md, "Running it", 1."""
    mask, multiplier = (1 << 64) - 1, 6364136223846793005

    def split_mix(n):
        z = n * 0x9E3779B97F4A7C15 & mask
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
        return z ^ z >> 31

    increment = (split_mix(2) << 1 | 1) & mask
    state = ((split_mix(1) + increment) * multiplier + increment) & mask
    normal = NormalDist()
    limits = [round(2**32 * normal.cdf((k - 63.5) / 16)) for k in range(127)]
    limits = torch.tensor(limits, dtype=torch.int64)
    outputs = []
    for _ in range(length * count):
        mixed = (((state >> 18) ^ state) >> 27) & 0xFFFFFFFF
        turn = state >> 59
        outputs.append((mixed >> turn | mixed << (32 - turn)) & 0xFFFFFFFF)
        state = (state * multiplier + increment) & mask
    codes = torch.searchsorted(limits, torch.tensor(outputs), right=True)
    return ((codes - 64) / 16).float().reshape(count, length)


def generator(config, inputs, pixels):
    """The run's generator."""
    settings = config["generator"]
    layers = []
    for layer in settings["hidden"]:
        layer = {**settings, **(layer if isinstance(layer, dict) else {"size": layer})}
        norm = layer["batch_norm"]
        layers.append(nn.Linear(inputs, layer["size"], bias=not norm))
        if norm:
            layers.append(nn.BatchNorm1d(layer["size"], track_running_stats=False))
        name = layer["activation"]
        layers.append(nn.LeakyReLU(layer["slope"]) if name == "leaky_relu" else ACTIVATIONS[name]())
        if layer["dropout"] > 0:
            layers.append(nn.Dropout(layer["dropout"]))
        inputs = layer["size"]
    return nn.Sequential(*layers, nn.Linear(inputs, pixels), ACTIVATIONS[settings["output"]]())


def weights(run):
    """The averaged generator's tensors, or the generator's if the run has no average."""
    files = [run / f"{name}.safetensors" for name in ("best", "checkpoint")]
    file = next(path for path in files if path.exists())
    with safe_open(file, "pt") as tensors:
        for prefix in ("average.", "generator."):
            found = {k.removeprefix(prefix): tensors.get_tensor(k)
                     for k in tensors.keys() if k.startswith(prefix)}
            if found:
                return file, found
    raise SystemExit(f"{file}: no generator")


def images_of_gan_train(run, count, kind):
    """The images of the run's blob of this kind, `--float` or `--bits=8`."""
    with tempfile.TemporaryDirectory() as folder:
        commands = [
            ["quantize", run, kind, "-o", f"{folder}/run.gan"],
            ["generate", f"{folder}/run.gan", "--count", str(count), "--idx", f"{folder}/idx"],
        ]
        for command in commands:
            subprocess.run([trainer.BINARY, *command], check=True, capture_output=True)
        data = bytearray((Path(folder) / "idx/images-idx3-ubyte").read_bytes()[16:])
    return torch.frombuffer(data, dtype=torch.uint8).reshape(count, -1).float()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    for run in arguments.parse_args().runs:
        config = tomllib.loads((run / "config.toml").read_text())["config"]
        file, tensors = weights(run)
        has_table = any(isinstance(layer, dict) and layer.get("activation") in TABLES
                        for layer in config["generator"]["hidden"])
        kind = "--bits=8" if has_table or config["generator"]["activation"] in TABLES else "--float"
        expected = images_of_gan_train(run, COUNT, kind)
        latent = config["generator"]["latent"]
        inputs = latents(latent, COUNT)
        first = tensors["0.weight"]
        classes = first.shape[1] - latent
        if classes:
            labels = torch.arange(COUNT) % classes
            inputs = torch.cat([inputs, nn.functional.one_hot(labels, classes).float()], 1)
        network = generator(config, first.shape[1], expected.shape[1])
        network.load_state_dict(tensors, strict=True)
        network.eval()  # without dropout
        with torch.no_grad():
            y = network(inputs)
        tanh = config["generator"]["output"] == "tanh"
        found = (127.5 * (y + 1) if tanh else 255 * y).round().clamp(0, 255)
        difference = (found - expected).abs()
        print(
            f"{file}: {len(tensors)} tensors, {kind}; pixels of {COUNT:,} images differ by "
            f"{difference.mean():.4f} of 255 on average, at most {difference.max():.0f}"
        )


if __name__ == "__main__":
    main()
