"""A data set whose samples are made when they are read."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from ._model import Bytes, Labels, LabelsLike, Model, _places, _range

Places = npt.NDArray[np.uint64]


class Dataset:
    """The images `first` to `first + length - 1` of a seed, with their labels.

    It has what `torch.utils.data.DataLoader` wants of a data set with an index: `len(data)`,
    `data[i]`, and `data.__getitems__` for a whole batch. `data[i]` is `(image, label)`, or the
    image alone if the model takes no labels; the image is uint8 of shape (height, width), or what
    `transform` makes of it. Nothing is kept: sample `i` is made when it is read, on the calling
    thread, in any process, and it is the same each time.

    `data[a:b]` and `data.shuffled(seed)` are data sets too, that take no memory:

        train, test = data[:50_000], data[50_000:]
        for image, label in data.shuffled(epoch): ...

    `data.arrays()` makes all of it at once, on all cores, and `data.batches(size)` part by part.
    `data.part(index, of)` is what one of several workers has to do.
    """

    def __init__(
        self,
        model: Model,
        length: int,
        seed: int = 0,
        first: int = 0,
        labels: LabelsLike = None,
        *,
        truncation: float = 1.0,
        transform: Callable[[Bytes], Any] | None = None,
    ) -> None:
        """`labels` and `truncation` are as in `Model.generate`."""
        if model.info.image_in is not None:
            raise ValueError("image: the generator takes one, so it has no data set of its own")
        length, first = _range(length, first)
        self.model = model
        self.seed = seed
        self.transform = transform
        self._truncation = truncation
        self._first = first
        self._length = length
        # One for each sample, or one for all, where they are not in turn.
        self._label = model._label_of_all(labels)
        several = labels is not None and self._label is None
        self._labels = model._labels_at(_places(length, first), labels) if several else None
        self._steps: tuple[_Range | _Shuffle, ...] = ()
        # What is wrong with the arguments is told here, and not in a worker.
        model._latents_at(_places(0, first), seed, truncation)

    def __len__(self) -> int:
        return self._steps[-1].length if self._steps else self._length

    @overload
    def __getitem__(self, index: slice) -> Dataset: ...
    @overload
    def __getitem__(self, index: int) -> Any: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._with(_Range(start, step, len(range(start, stop, step))))
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: Sequence[int]) -> list[Any]:
        """The samples of these indices: as many calls of `data[i]`, but faster."""
        images, labels = self._make(self._checked(indices), False)
        samples = images if self.transform is None else map(self.transform, images)
        if labels is None:
            return list(samples)
        return list(zip(samples, labels.tolist()))

    def __iter__(self) -> Iterator[Any]:
        part = 256
        for start in range(0, len(self), part):
            yield from self.__getitems__(range(start, min(start + part, len(self))))

    def arrays(self) -> Any:
        """All samples as arrays, made on all cores: `(images, labels)`, or the images alone if the
        model takes no labels. `transform` is not applied.
        """
        images, labels = self._make(np.arange(len(self), dtype=np.uint64), True)
        return images if labels is None else (images, labels)

    def part(self, index: int, of: int) -> Dataset:
        """Part `index`, from 0, of `of` parts that have all samples once, in their order: for
        workers that each make a part. The first have one sample more where they cannot be equal.
        """
        index, of = operator.index(index), operator.index(of)
        if not 0 <= index < of:
            raise ValueError(f"index: expected 0 to {of - 1}, found {index}")
        each, more = divmod(len(self), of)
        start = index * each + min(index, more)
        return self._with(_Range(start, 1, each + (index < more)))

    def batches(self, size: int) -> Iterator[Any]:
        """All samples as arrays of up to `size`, as `arrays` has them, one after the other."""
        size = operator.index(size)
        if size < 1:
            raise ValueError(f"size: expected 1 or more, found {size}")
        for start in range(0, len(self), size):
            count = min(size, len(self) - start)
            yield self._with(_Range(start, 1, count)).arrays()

    def shuffled(self, seed: int) -> Dataset:
        """The same samples in another order, each once. The order follows from the seed."""
        return self._with(_Shuffle(operator.index(seed), len(self)))

    def _with(self, step: _Range | _Shuffle) -> Dataset:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._steps = (*self._steps, step)
        return other

    def _checked(self, indices: Iterable[int]) -> Places:
        """Indices from 0 on, of some that may be counted from the end."""
        length = len(self)
        found = [operator.index(index) for index in indices]
        for index in found:
            if not -length <= index < length:
                raise IndexError(f"index {index}: the data set has {length} samples")
        return np.array([index % length for index in found], np.uint64)

    def _make(self, indices: Places, spread: bool) -> tuple[Bytes, Labels | None]:
        for step in reversed(self._steps):
            indices = step.of(indices)
        places = indices + np.uint64(self._first)
        model = self.model
        if self._labels is None:
            labels = model._labels_at(places, self._label)
        else:
            labels = self._labels[indices.astype(np.intp)]
        codes = model._latents_at(places, self.seed, self._truncation)
        images = model._make(codes, labels, spread)
        return images, labels if model.info.classes > 0 else None


class _Range:
    """Some indices, with even steps between them."""

    def __init__(self, start: int, step: int, length: int) -> None:
        self.start, self.step, self.length = start, step, length

    def of(self, indices: Places) -> Places:
        return (indices.astype(np.int64) * self.step + self.start).astype(np.uint64)


class _Shuffle:
    """A permutation of the indices, without a list of them.

    A Feistel network: an index of `2 b` bits has two halves, and each round adds to one of them,
    modulo 2 per bit, a hash of the other. Each round can be undone, so no two indices have the same
    place. Of the `4^b` places, which are at least `length` and less than four times that, those
    from `length` on are not wanted: such a place is permuted again until it is below, which leads
    along a cycle of the permutation and so again to places that differ.
    """

    ROUNDS = 6

    def __init__(self, seed: int, length: int) -> None:
        self.seed, self.length = seed, length
        self.bits = max(1, -(-max(length - 1, 1).bit_length() // 2))

    def of(self, indices: Places) -> Places:
        places = self._permuted(indices)
        while (over := places >= self.length).any():
            places[over] = self._permuted(places[over])
        return places

    def _permuted(self, indices: Places) -> Places:
        bits, mask = np.uint64(self.bits), np.uint64((1 << self.bits) - 1)
        left, right = indices >> bits, indices & mask
        for number in range(self.ROUNDS):
            key = np.uint64((self.seed * self.ROUNDS + number) * 0x9E3779B97F4A7C15 % (1 << 64))
            left, right = right, left ^ (_mix(right + key) & mask)
        return left << bits | right


def _mix(numbers: Places) -> Places:
    """SplitMix64's output: half of the bits change with each bit of a number."""
    numbers = (numbers ^ numbers >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ numbers >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return numbers ^ numbers >> np.uint64(31)
