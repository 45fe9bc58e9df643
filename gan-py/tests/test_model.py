"""What is in a model, what is refused, and that threads and pickles work."""

import copy
import pickle
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import gan_core as gan
from vectors import ROOT, path

GAN = ROOT / "target/release/gan"


@pytest.fixture(scope="module")
def digits():
    return gan.load(path("digits8"))


def test_info_says_what_is_in_the_model(digits):
    info = digits.info
    assert (info.name, info.classes, info.latent_len) == ("digits8", 10, 16)
    assert (info.shape, info.makes, info.image_in) == ((8, 8, 1), "image", None)
    assert info.flash_bytes == path("digits8").stat().st_size == len(digits.blob)
    assert info.crc32 == int.from_bytes(digits.blob[-4:], "little")
    assert info.macs == sum(layer.inputs * layer.outputs for layer in info.layers)
    assert info.layers[0].inputs == 16 and info.layers[-1].outputs == 64
    assert info.layers[0].element == "i8" and "digits8" in repr(digits)
    four = gan.load(path("mnist-large-int4")).info
    assert "i4/32" in [layer.element for layer in four.layers]
    assert gan.load(path("inpaint")).info.mask_in is not None


@pytest.mark.parametrize("arguments, text", [
    (dict(count=1, labels=10), "label 10: expected 0 to 9"),
    (dict(count=1, labels=-1), "label -1: expected 0 to 9"),
    (dict(count=1, labels="seven"), "label 'seven': expected a number"),
    (dict(count=3, labels=[1, 2]), "labels: expected 3 of them, found 2"),
    (dict(count=-1), "count: expected 0 or more, found -1"),
    (dict(count=1, seed=-1), "seed: expected 0 to"),
    (dict(count=1, seed=1 << 64), "seed: expected 0 to"),
    (dict(count=1, first=-1), "first: expected 0 to"),
    (dict(count=1, truncation=1.5), "truncation: expected 0 to 1, found 1.5"),
    (dict(latents=np.zeros((2, 15), np.uint8)), r"latents: expected shape \(count, 16\)"),
    (dict(latents=np.zeros((2, 16))), "latents: expected an array of uint8, found float64"),
    (dict(latents=np.full((1, 16), 128, np.uint8)), "latent"),
    (dict(count=3, latents=np.zeros((2, 16), np.uint8)), "latents: expected 3 of them, found 2"),
])
def test_a_wrong_call_is_told(digits, arguments, text):
    with pytest.raises(ValueError, match=text):
        digits.generate(**arguments)


def test_wrong_files_are_told(digits, tmp_path):
    with pytest.raises(FileNotFoundError):
        gan.load(tmp_path / "none.gan")
    file = tmp_path / "text.gan"
    file.write_bytes(b"nothing of the kind, but long enough")
    with pytest.raises(ValueError, match=r"text\.gan: magic: not a \.gan blob"):
        gan.load(file)
    damaged = bytearray(digits.blob)
    damaged[1000] ^= 1
    with pytest.raises(ValueError, match="crc: does not match"):
        gan.Model(bytes(damaged))
    with pytest.raises(ValueError, match="label_names: 2 names for 10 labels"):
        gan.Model(digits.blob, ["a", "b"])


def test_models_of_other_kinds_say_what_runs_them(digits):
    style = gan.load(path("stylize"))
    with pytest.raises(ValueError, match="image: the generator takes one"):
        style.generate(1)
    with pytest.raises(ValueError, match="image: the generator takes none"):
        digits.transform(np.zeros((1, 8, 8), np.uint8))
    with pytest.raises(ValueError, match="label: the generator is conditional"):
        style.transform(np.zeros((1, 28, 28), np.uint8))
    with pytest.raises(ValueError, match=r"images: expected shape \(count, 28, 28\)"):
        style.transform(np.zeros((28, 28), np.uint8), labels=0)
    with pytest.raises(ValueError, match="mask: the generator takes one"):
        gan.load(path("inpaint")).transform(np.zeros((1, 28, 28), np.uint8))
    with pytest.raises(ValueError, match="image"):
        digits.table(1)


def test_labels_have_the_names_beside_the_file(digits, tmp_path):
    style = gan.load(path("stylize"))
    assert style.label_names == ("bold", "outline", "slant")
    images = gan.load(path("mnist-tiny")).generate(3)
    assert (style.transform(images, labels="slant") == style.transform(images, labels=2)).all()
    mixed = style.transform(images, labels=["bold", "outline", "slant"])
    assert (mixed[2] == style.transform(images[2:], labels=[2])[0]).all()
    with pytest.raises(ValueError, match="label 'thin': expected one of bold, outline, slant"):
        style.transform(images, labels="thin")
    # Names of an earlier blob of this name are not this one's.
    shutil.copy(path("digits8"), tmp_path / "x.gan")
    shutil.copy(f"{path('stylize')}.labels", tmp_path / "x.gan.labels")
    assert gan.load(tmp_path / "x.gan").label_names == ()


def test_a_mask_may_be_true_and_false():
    model = gan.load(path("inpaint"))
    images = gan.load(path("mnist-tiny")).generate(4)
    mask = np.zeros(model.info.mask_in, bool)
    mask[: mask.shape[0] // 2] = True
    made = model.transform(images, mask)
    assert (made == model.transform(images, np.where(mask, 255, 0).astype(np.uint8))).all()
    # What is not missing stays as it is; the mask's cells lie over the image like a grid.
    assert (made[:, 14:] == images[:, 14:]).all() and (made[:, :14] != images[:, :14]).any()


@pytest.mark.parametrize("name", ["wine", "breast-cancer", "motion", "v3-table"])
def test_rows_are_those_of_the_command(name):
    model = gan.load(path(name))
    table = model.table(20, seed=3)
    assert list(table) == [column.name for column in model.columns]
    assert len({len(values) for values in table.values()}) == 1
    if not GAN.exists():
        pytest.skip("target/release/gan is not built")
    command = [GAN, "generate", path(name), "--count", "20", "--seed", "3"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = [line.split(",") for line in lines[1:]]
    assert len(rows) == len(next(iter(table.values())))
    for place, values in enumerate(table.values()):
        read = type(values[0].item())
        assert [read(row[place]) for row in rows] == values.tolist()


def test_pickles_and_copies_are_the_same_model(digits):
    for other in (pickle.loads(pickle.dumps(digits)), copy.deepcopy(digits)):
        assert other.blob == digits.blob
        assert (other.generate(10, 3) == digits.generate(10, 3)).all()
    style = pickle.loads(pickle.dumps(gan.load(path("stylize"))))
    assert style.label_names == ("bold", "outline", "slant")


def test_the_arrays_can_be_written_to(digits):
    images = digits.generate(2)
    images[:] = 0
    assert images.sum() == 0 and digits.generate(2).sum() > 0


def test_other_threads_run_meanwhile():
    """While images are made, the interpreter's lock is free: a counter goes on."""
    model = gan.load(path("mnist-large"))
    model.generate(1)
    turns, done = 0, threading.Event()

    def make():
        model.generate(40_000)
        done.set()

    thread = threading.Thread(target=make)
    thread.start()
    while not done.is_set():
        time.sleep(0.001)
        turns += 1
    thread.join()
    # With the lock held, there are a few turns before it and after it.
    assert turns > 50


def test_threads_of_python_share_a_model(digits):
    expected, wrong = digits.generate(500), []

    def compare():
        for _ in range(20):
            if not (digits.generate(500) == expected).all():
                wrong.append(1)

    threads = [threading.Thread(target=compare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_version_is_that_of_the_package():
    assert gan.__version__ != "0" and sys.modules["gan_core"] is gan
