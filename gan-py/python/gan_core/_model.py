"""A model: what is in it, and what it makes."""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ._native import Model as _Native

Bytes: TypeAlias = npt.NDArray[np.uint8]
Labels: TypeAlias = npt.NDArray[np.uint16]
LabelsLike: TypeAlias = (
    int | str | Sequence[int] | Sequence[str] | npt.NDArray[np.integer[Any]] | None
)

# What the file of label names begins with; the blob's CRC-32 follows.
_NAMES_FIRST = "# What the labels 0, 1, 2 ... are called, of the blob with CRC-32 "


@dataclass(frozen=True)
class Layer:
    """A fully connected layer."""

    inputs: int
    outputs: int
    #: The type of the weights: `i8`, `f32`, or `i4/32` for four bits and a scale for 32 inputs.
    element: str
    #: The order of the weights: `rows`, or that of a core's kernel.
    packing: str
    #: `linear`, `relu`, `leaky_relu`, `tanh` or `sigmoid`.
    activation: str
    #: That of `leaky_relu` for negative numbers.
    slope: float | None


@dataclass(frozen=True)
class Info:
    """What is in a model."""

    name: str
    #: Identifies the blob.
    crc32: int
    #: Bytes of the blob, which is what the model takes of a device's flash.
    flash_bytes: int
    #: Codes of a latent.
    latent_len: int
    #: Labels; 0 if it takes none.
    classes: int
    #: Height, width and channels of an image; of numbers: steps, numbers of a step, 1.
    shape: tuple[int, int, int]
    #: Height, width and channels of the image that goes in, if the model takes one.
    image_in: tuple[int, int, int] | None
    #: Height and width of the mask that goes in, if the model takes one.
    mask_in: tuple[int, int] | None
    #: `image`, or `numbers` for rows of a table and windows of a series.
    makes: str
    #: Multiply-accumulates of an image.
    macs: int
    layers: tuple[Layer, ...]
    #: The instructions that run it on this computer.
    backend: str


@dataclass(frozen=True)
class Column:
    """A column of what a model of a table makes."""

    name: str
    #: Empty if there is none.
    unit: str


class Model:
    """A generator, from the bytes of a `.gan` file.

    It is immutable, any thread may use it, and it can be pickled. All methods release the
    interpreter's lock while they work.
    """

    def __init__(self, blob: bytes, label_names: Sequence[str] = ()) -> None:
        """Checks all of a blob.

        `label_names` are what the labels 0, 1, 2 ... are called; `load` finds them beside the file.

        Raises `ValueError`, which says what is wrong with the blob.
        """
        self._native = _Native(bytes(blob))
        self._names = tuple(label_names)
        classes = self._native.classes
        if self._names and len(self._names) != classes:
            raise ValueError(f"label_names: {len(self._names)} names for {classes} labels")

    @property
    def blob(self) -> bytes:
        """The bytes of the file."""
        return self._native.blob

    @property
    def label_names(self) -> tuple[str, ...]:
        """What the labels 0, 1, 2 ... are called; empty if each is called by its own number."""
        return self._names

    @property
    def info(self) -> Info:
        """What is in the model."""
        native = self._native
        return Info(
            name=native.name,
            crc32=native.crc32,
            flash_bytes=len(native.blob),
            latent_len=native.latent_len,
            classes=native.classes,
            shape=native.shape,
            image_in=native.image_in,
            mask_in=native.mask_in,
            makes="numbers" if native.makes_numbers else "image",
            macs=native.macs,
            layers=tuple(Layer(*layer) for layer in native.layers),
            backend=native.backend,
        )

    def latents(
        self, count: int, seed: int = 0, first: int = 0, *, truncation: float = 1.0
    ) -> Bytes:
        """The latents of images `first`, `first + 1` ... of `seed`: codes 0 to 127.

        A code `c` stands for the number `(c - 64) / 16` of a standard normal distribution.
        `truncation`, from 0 to 1, scales them: the smaller, the more typical the images.
        """
        return self._latents_at(_places(count, first), seed, truncation)

    def labels(self, count: int, first: int = 0, labels: LabelsLike = None) -> Labels:
        """The labels that images `first`, `first + 1` ... get in `generate`: by default in turn."""
        return self._labels_at(_places(count, first), labels)

    def generate(
        self,
        count: int | None = None,
        seed: int = 0,
        first: int = 0,
        labels: LabelsLike = None,
        *,
        latents: npt.ArrayLike | None = None,
        truncation: float = 1.0,
    ) -> Bytes:
        """Makes images, on all cores.

        They are numbers `first` to `first + count - 1` of `seed`, so any part of a sequence can be
        made by itself. Returns uint8 of shape (count, height, width), or (count, height, width, 3)
        for colours.

        `labels` is one label for all images, a number or a name, or one for each; by default image
        `i` has label `i % classes`. `latents`, of shape (count, latent_len), takes the place of
        `count`, `seed`, `first` and `truncation`.

        Raises `ValueError` with what is wrong and what was expected.
        """
        if latents is None:
            if count is None:
                one = labels is None or _is_one(labels)
                count = 1 if one else len(labels)  # type: ignore[arg-type]
            codes = self.latents(count, seed, first, truncation=truncation)
        else:
            codes = self._codes(latents)
            if count is not None and count != len(codes):
                raise ValueError(f"latents: expected {count} of them, found {len(codes)}")
        chosen = self._labels_at(_places(len(codes), first), labels)
        return self._make(codes, chosen, True)

    def transform(
        self,
        images: npt.ArrayLike,
        masks: npt.ArrayLike | None = None,
        seed: int = 0,
        first: int = 0,
        labels: LabelsLike = None,
        *,
        latents: npt.ArrayLike | None = None,
        truncation: float = 1.0,
    ) -> Bytes:
        """Makes an image of each image, with a model that takes one, on all cores.

        `images` is uint8 of shape (count, height, width), and for colours (..., 3); `masks` is
        uint8 or bool of shape (height, width) for all images, or (count, height, width): true, or
        128 and more, where the image is missing. The rest is as in `generate`.
        """
        native = self._native
        if native.image_in is None:
            raise ValueError("image: the generator takes none, so generate runs it")
        height, width, channels = native.image_in
        shape = (height, width) if channels == 1 else (height, width, channels)
        array = _uint8(images, "images")
        if array.shape[1:] != shape:
            expected = ", ".join(map(str, shape))
            raise ValueError(f"images: expected shape (count, {expected}), found {array.shape}")
        count = len(array)
        mask_bytes = None
        if masks is not None:
            if native.mask_in is None:
                raise ValueError("mask: the generator takes none")
            mask = np.asarray(masks)
            mask = mask.astype(np.uint8) * 255 if mask.dtype == np.bool_ else mask
            mask = _uint8(mask, "masks")
            if mask.shape not in (native.mask_in, (count, *native.mask_in)):
                either = f"{native.mask_in} or {(count, *native.mask_in)}"
                raise ValueError(f"masks: expected shape {either}, found {mask.shape}")
            mask_bytes = np.broadcast_to(mask, (count, *native.mask_in)).tobytes()
        if native.latent_len == 0:
            codes = np.zeros((count, 0), np.uint8)
        elif latents is None:
            codes = self.latents(count, seed, first, truncation=truncation)
        else:
            codes = self._codes(latents)
        if len(codes) != count:
            raise ValueError(f"latents: expected {count} of them, found {len(codes)}")
        if native.classes > 0 and labels is None:
            raise ValueError("label: the generator is conditional and needs one")
        chosen = self._labels_at(_places(count, first), labels)
        made = native.transform(
            array.tobytes(), mask_bytes, codes.tobytes(), self._label_bytes(chosen), True
        )
        return self._shaped(made, count)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of a model of a table.

        Raises `ValueError` if the model makes images.
        """
        return tuple(Column(name, unit) for name, unit, _ in self._native.columns(b"", None))

    def table(
        self,
        count: int,
        seed: int = 0,
        first: int = 0,
        labels: LabelsLike = None,
        *,
        truncation: float = 1.0,
    ) -> dict[str, npt.NDArray[np.generic]]:
        """Makes rows, with a model of a table: an array for each column, by its name.

        `pandas.DataFrame(model.table(1000))` is a table of them. A model of windows makes `count`
        windows, whose steps are rows one after the other.
        """
        codes = self.latents(count, seed, first, truncation=truncation)
        chosen = self._labels_at(_places(count, first), labels)
        made = self._native.generate(codes.tobytes(), self._label_bytes(chosen), True)
        columns = self._native.columns(bytes(made), self._label_bytes(chosen))
        return {name: np.array(values) for name, _, values in columns}

    def _latents_at(self, places: npt.NDArray[np.uint64], seed: int, truncation: float) -> Bytes:
        """The latents of the images in these places of the sequence."""
        seed = operator.index(seed)
        if not 0 <= seed < 1 << 64:
            raise ValueError(f"seed: expected 0 to 2^64 - 1, found {seed}")
        if not 0 <= truncation <= 1:
            raise ValueError(f"truncation: expected 0 to 1, found {truncation}")
        # Rounded as the command rounds it, halves up.
        factor = int(truncation * 256 + 0.5)
        codes = self._native.latents(seed, places.astype("<u8").tobytes(), factor)
        return np.frombuffer(codes, np.uint8).reshape(len(places), self._native.latent_len)

    def _labels_at(self, places: npt.NDArray[np.uint64], labels: LabelsLike) -> Labels:
        """The label of the image in each of these places."""
        classes = self._native.classes
        if labels is None:
            return (places % np.uint64(max(classes, 1))).astype(np.uint16)
        if classes == 0:
            raise ValueError("label: the generator takes none")
        if _is_one(labels):
            return np.full(len(places), self._label(labels), np.uint16)
        found = [self._label(label) for label in labels]  # type: ignore[union-attr]
        if len(found) != len(places):
            raise ValueError(f"labels: expected {len(places)} of them, found {len(found)}")
        return np.array(found, np.uint16)

    def _label_of_all(self, labels: LabelsLike) -> int | None:
        """The one label that all images are to have; none if there are several, or none."""
        if labels is None or not _is_one(labels):
            return None
        return int(self._labels_at(np.zeros(1, np.uint64), labels)[0])

    def _label(self, label: object) -> int:
        """The number of a label."""
        classes = self._native.classes
        if isinstance(label, str):
            if label in self._names:
                return self._names.index(label)
            expected = f"one of {', '.join(self._names)}" if self._names else "a number"
            raise ValueError(f"label {label!r}: expected {expected}")
        number = operator.index(label)  # type: ignore[arg-type]
        if not 0 <= number < classes:
            raise ValueError(f"label {number}: expected 0 to {classes - 1}")
        return number

    def _label_bytes(self, labels: Labels) -> bytes | None:
        return labels.astype("<u2").tobytes() if self._native.classes > 0 else None

    def _codes(self, latents: npt.ArrayLike) -> Bytes:
        codes = _uint8(latents, "latents")
        if codes.ndim != 2 or codes.shape[1] != self._native.latent_len:
            expected = f"(count, {self._native.latent_len})"
            raise ValueError(f"latents: expected shape {expected}, found {codes.shape}")
        return codes

    def _make(self, codes: Bytes, labels: Labels, spread: bool) -> Bytes:
        made = self._native.generate(codes.tobytes(), self._label_bytes(labels), spread)
        return self._shaped(made, len(codes))

    def _shaped(self, made: bytearray, count: int) -> Bytes:
        height, width, channels = self._native.shape
        shape = (count, height, width) if channels == 1 else (count, height, width, channels)
        return np.frombuffer(made, np.uint8).reshape(shape)

    def __reduce__(self) -> tuple[type[Model], tuple[bytes, tuple[str, ...]]]:
        return Model, (self.blob, self._names)

    def __repr__(self) -> str:
        native = self._native
        size = "x".join(map(str, native.shape))
        identity = f"{native.classes} labels, CRC-32 {native.crc32:08x}"
        return f"<gan_core.Model {native.name!r} {size}, {identity}>"


def load(path: str | os.PathLike[str]) -> Model:
    """Reads a `.gan` file, and the names of its labels if they are in `FILE.gan.labels`.

    Raises `OSError` if the file cannot be read, and `ValueError` with the file's name and what is
    wrong in it.
    """
    name = os.fspath(path)
    with open(name, "rb") as file:
        blob = file.read()
    try:
        model = Model(blob)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    try:
        with open(f"{name}.labels", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return model
    # The file may be of an earlier blob of this name.
    if not lines or lines[0] != f"{_NAMES_FIRST}{model.info.crc32:08x}":
        return model
    try:
        return Model(blob, lines[1:])
    except ValueError as error:
        raise ValueError(f"{name}.labels: {error}") from None


def _is_one(labels: object) -> bool:
    """Whether this is one label, and not one for each image."""
    return isinstance(labels, str) or np.ndim(labels) == 0  # type: ignore[arg-type]


def _places(count: int, first: int) -> npt.NDArray[np.uint64]:
    count, first = _range(count, first)
    return np.arange(first, first + count, dtype=np.uint64)


def _range(count: int, first: int) -> tuple[int, int]:
    """A range of images that there can be."""
    count, first = operator.index(count), operator.index(first)
    if count < 0:
        raise ValueError(f"count: expected 0 or more, found {count}")
    if not 0 <= first <= (1 << 63) - count:
        raise ValueError(f"first: expected 0 to 2^63 - count, found {first}")
    return count, first


def _uint8(array: npt.ArrayLike, name: str) -> Bytes:
    found = np.asarray(array)
    if found.dtype != np.uint8:
        raise ValueError(f"{name}: expected an array of uint8, found {found.dtype}")
    return np.ascontiguousarray(found)
