"""Reads tests/vectors: tests/src/vectors.rs says how the files are laid out."""

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests/vectors"


class Item(NamedTuple):
    seed: int
    label: int | None
    latent: np.ndarray
    image: np.ndarray
    mask: np.ndarray
    pixels: np.ndarray


def names():
    """The models that have a file of images."""
    return sorted(file.name.removesuffix(".images.bin") for file in FOLDER.glob("*.images.bin"))


def path(name):
    """The blob."""
    own = FOLDER / f"{name}.gan"
    return own if own.exists() else ROOT / f"models/{name}.gan"


def items(name, crc32):
    """The images of a blob."""
    file = (FOLDER / f"{name}.images.bin").read_bytes()
    magic, crc, latent, pixels = struct.unpack_from("<4sIHI", file)
    at, lengths = 14, [latent, 0, 0, pixels]
    if magic == b"GIV2":
        lengths[1:3] = struct.unpack_from("<II", file, at)
        at += 8
    assert magic in (b"GIV1", b"GIV2") and crc == crc32
    (count,) = struct.unpack_from("<H", file, at)
    at += 2
    for _ in range(count):
        seed, label = struct.unpack_from("<QH", file, at)
        at += 10
        parts = []
        for length in lengths:
            parts.append(np.frombuffer(file, np.uint8, length, at))
            at += length
        yield Item(seed, None if label == 0xFFFF else label, *parts)
    assert at == len(file)
