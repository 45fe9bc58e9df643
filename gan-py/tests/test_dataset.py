"""The data set: indices, ranges, orders, and workers that are forked."""

import multiprocessing
import os
import pickle
import queue
import subprocess
import sys
import time

import numpy as np
import pytest

import gan_core as gan
from vectors import names, path

#: A worker that waits for threads which are not there waits for ever.
LIMIT = 60


@pytest.fixture(scope="module")
def model():
    return gan.load(path("mnist-tiny"))


def test_samples_are_the_images_of_the_seed(model):
    data = gan.Dataset(model, 1000, seed=9, first=50)
    images = model.generate(1000, seed=9, first=50)
    assert len(data) == 1000
    for index in (0, 1, 999, -1, -1000):
        image, label = data[index]
        assert (image == images[index]).all() and label == (50 + index % 1000) % 10
        assert isinstance(label, int)
    for index in (1000, -1001):
        with pytest.raises(IndexError, match="the data set has 1000 samples"):
            data[index]
    whole, labels = data.arrays()
    assert (whole == images).all() and (labels == model.labels(1000, 50)).all()
    assert all((a == b).all() and x == y for (a, x), b, y in zip(data, images, labels))
    batch = data.__getitems__([3, 999, 3])
    assert [label for _, label in batch] == [3, 9, 3] and (batch[1][0] == images[999]).all()


def test_ranges_and_orders_are_data_sets(model):
    data = gan.Dataset(model, 1000, seed=1)
    images, labels = data.arrays()
    part = data[100:900:7]
    assert len(part) == 115 and (part[3][0] == images[121]).all()
    assert (data[::-1].arrays()[0] == images[::-1]).all() and len(data[5:5]) == 0
    assert (part[10:20].arrays()[0] == images[100:900:7][10:20]).all()
    assert data[5:5].arrays()[0].shape == (0, 28, 28)
    shuffled = data.shuffled(3)
    mixed, mixed_labels = shuffled.arrays()
    order = [int(np.flatnonzero((images == image).all((1, 2)))[0]) for image in mixed]
    assert sorted(order) == list(range(1000)) and order != list(range(1000))
    assert (mixed_labels == labels[order]).all()
    assert (shuffled[17][0] == mixed[17]).all()
    assert (shuffled[:10].arrays()[0] == mixed[:10]).all()
    assert (data.shuffled(3).arrays()[0] == mixed).all()
    assert (data.shuffled(4).arrays()[0] != mixed).any()
    # The order of a part has only samples of the part.
    only = part.shuffled(0).arrays()[0]
    assert {image.tobytes() for image in only} == {image.tobytes() for image in part.arrays()[0]}


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4096, 4097, 100_003])
def test_an_order_has_each_index_once(model, length):
    shuffled = gan.Dataset(model, length).shuffled(7)
    order = shuffled._steps[-1].of(np.arange(length, dtype=np.uint64))
    assert (np.sort(order) == np.arange(length)).all()
    if length > 1000:
        # Neighbours are no longer near each other: random ones are a third of the length apart.
        distance = np.abs(np.diff(order.astype(np.int64))).mean() / length
        assert 0.3 < distance < 0.37


def test_a_trillion_samples_take_no_memory(model):
    data = gan.Dataset(model, 10**12, seed=2, first=10**15)
    far = model.generate(1, seed=2, first=10**15 + 10**12 - 1)[0]
    assert len(data) == 10**12 and (data[-1][0] == far).all()
    mixed = data.shuffled(1)
    indices = [0, 1, 10**11, 10**12 - 1]
    labels = [label for _, label in mixed.__getitems__(indices)]
    places = [int(mixed._steps[-1].of(np.array([index], np.uint64))[0]) for index in indices]
    assert len(set(places)) == 4 and max(places) < 10**12
    assert labels == [(10**15 + place) % 10 for place in places]
    assert gan.Dataset(model, 10**12, labels=3)[7][1] == 3
    with pytest.raises(ValueError, match="label 10: expected 0 to 9"):
        gan.Dataset(model, 10**12, labels=10)


def test_parts_and_batches_have_every_sample_once(model):
    data = gan.Dataset(model, 1003, seed=4).shuffled(5)
    images, labels = data.arrays()
    for of in (1, 2, 7, 1500):
        parts = [data.part(index, of) for index in range(of)]
        lengths = [len(part) for part in parts]
        assert sum(lengths) == 1003 and max(lengths) - min(lengths) <= 1
        found = [part.arrays() for part in parts]
        assert (np.concatenate([pixels for pixels, _ in found]) == images).all()
        assert (np.concatenate([own for _, own in found]) == labels).all()
    batches = list(data.batches(250))
    assert [len(own) for _, own in batches] == [250, 250, 250, 250, 3]
    assert (np.concatenate([pixels for pixels, _ in batches]) == images).all()
    assert list(data[5:5].batches(9)) == []
    for index, of in ((2, 2), (-1, 2), (0, 0)):
        with pytest.raises(ValueError, match="index: expected 0 to"):
            data.part(index, of)
    with pytest.raises(ValueError, match="size: expected 1 or more"):
        next(data.batches(0))


def test_labels_truncation_and_transform(model):
    sevens = gan.Dataset(model, 20, labels=7, truncation=0.5, transform=lambda image: image / 255)
    image, label = sevens[4]
    assert label == 7 and image.max() <= 1 and image.dtype == float
    expected = model.generate(20, labels=7, truncation=0.5)
    assert np.allclose(image * 255, expected[4])
    chosen = gan.Dataset(model, 5, first=100, labels=[4, 3, 2, 1, 0])
    assert [label for _, label in chosen[::-1]] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="labels: expected 6 of them, found 5"):
        gan.Dataset(model, 6, labels=[4, 3, 2, 1, 0])
    with pytest.raises(ValueError, match="label 10"):
        gan.Dataset(model, 6, labels=10)
    with pytest.raises(ValueError, match="seed"):
        gan.Dataset(model, 6, seed=-1)
    with pytest.raises(ValueError, match="image: the generator takes one"):
        gan.Dataset(gan.load(path("stylize")), 6)


def test_a_model_without_labels_has_images_alone():
    model = next(m for m in map(gan.load, map(path, names())) if is_plain(m))
    data = gan.Dataset(model, 3)
    assert (data[2] == model.generate(3)[2]).all()
    assert (data.arrays() == model.generate(3)).all()
    assert (list(data)[1] == data[1]).all()


def is_plain(model):
    return model.info.classes == 0 and model.info.image_in is None


def read(data, indices, results):
    """What a worker does: single samples, a batch, and a large batch on all cores."""
    total = sum(int(data[index][0].sum()) for index in indices)
    total += sum(int(image.sum()) for image, _ in data.__getitems__(indices))
    results.put((os.getpid(), total, int(data.arrays()[0].sum())))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_forked_workers_do_not_wait_for_the_parents_threads(model):
    """The parent's threads are not in its children: see gan-py/src/threads.rs."""
    data = gan.Dataset(model, 3000)
    images = data.arrays()[0]  # on all cores: the pool is there now
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    halves = [range(0, 200), range(200, 400)]
    workers = [context.Process(target=read, args=(data, half, results)) for half in halves]
    start = time.monotonic()
    for worker in workers:
        worker.start()
    found = []
    try:
        found = [results.get(timeout=LIMIT) for _ in workers]
    except queue.Empty:
        pass  # told below
    finally:
        left = LIMIT - (time.monotonic() - start)
        for worker in workers:
            worker.join(timeout=max(0.1, left))
        stuck = [worker for worker in workers if worker.is_alive()]
        for worker in stuck:
            worker.kill()
    assert not stuck, f"forked workers did not end within {LIMIT} s"
    expected = {2 * int(images[half.start:half.stop].sum()) for half in halves}
    assert {total for _, total, _ in found} == expected
    assert {whole for _, _, whole in found} == {int(images.sum())}
    assert len({pid for pid, _, _ in found} | {os.getpid()}) == 3
    # And the parent's pool is as it was.
    assert (data.arrays()[0] == images).all()


def test_workers_that_begin_anew_get_the_data_set_by_pickle(model):
    data = gan.Dataset(model, 100).shuffled(1)[10:50]
    again = pickle.loads(pickle.dumps(data))
    assert (again.arrays()[0] == data.arrays()[0]).all()
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer)[7][0].sum())"
    run = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(data), check=True, capture_output=True
    )
    assert int(run.stdout) == data[7][0].sum()


def test_torch_loads_it_with_forked_workers(model):
    torch = pytest.importorskip("torch")
    data = gan.Dataset(model, 256)
    images, labels = data.arrays()
    loader = torch.utils.data.DataLoader(
        data, batch_size=64, num_workers=2, timeout=LIMIT, multiprocessing_context="fork"
    )
    batches = list(loader)
    assert (torch.cat([batch[0] for batch in batches]).numpy() == images).all()
    assert (torch.cat([batch[1] for batch in batches]).numpy() == labels).all()
