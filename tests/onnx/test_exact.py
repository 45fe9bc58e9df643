"""`gan export -o FILE.onnx`: ONNX Runtime gives gan-core's bytes, with and without optimizations.

The pixels of tests/vectors come from a naive reference. For many more, gan-core's Python package
makes them.
"""

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

import gan_core as gan

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "gan-py/tests"))
from vectors import items, names, path  # noqa: E402

LEVELS = {
    "optimized": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
    "as it is": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
}
#: What standard operators the graphs are made of, and no others.
OPERATORS = {
    "Add", "Cast", "Clip", "Concat", "Div", "Gather", "Less", "MatMulInteger", "Mul", "ReduceSum",
    "Reshape", "Transpose", "Where",
}
#: Latents that are compared with gan-core, of any codes, beside as many of seed 3.
COUNT = 2000


def is_float(model):
    return any(layer.element == "f32" for layer in model.info.layers)


QUANTIZED = [name for name in names() if not is_float(gan.load(path(name)))]


def gan_command(*arguments):
    return subprocess.run(
        [ROOT / "target/release/gan", *arguments], capture_output=True, text=True
    )


@cache
def exported(name):
    """The bytes of the model's ONNX file."""
    out = ROOT / f"target/onnx/{name}.onnx"
    out.parent.mkdir(parents=True, exist_ok=True)
    done = gan_command("export", path(name), "-o", out)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


def session(name, level):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = LEVELS[level]
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(exported(name), options, ["CPUExecutionProvider"])


def run(session, inputs):
    """The only output, of those inputs that the graph takes."""
    wanted = {value.name for value in session.get_inputs()}
    given = {key: value for key, value in inputs.items() if value is not None}
    assert wanted == given.keys()
    return session.run(None, given)[0]


def inputs(model, latents, labels, images=None, masks=None):
    """What goes in, by the names that it has in the graph."""
    info = model.info
    count = len(latents) if info.latent_len else len(images)
    taken = {"latent": latents if info.latent_len else None}
    taken["label"] = np.array(labels, np.int64) if info.classes else None
    taken["image"] = images.reshape(count, *info.image_in) if info.image_in else None
    taken["mask"] = masks.reshape(count, *info.mask_in) if info.mask_in else None
    return taken


def test_there_are_models():
    assert {"digits8", "mnist-tiny", "mnist-small", "mnist-large", "mnist-large-int4"} <= {
        *QUANTIZED
    }


@pytest.mark.parametrize("name", QUANTIZED)
def test_the_file_is_valid_and_plain(name):
    model = onnx.load_from_string(exported(name))
    onnx.checker.check_model(model, full_check=True)
    assert {node.op_type for node in model.graph.node} <= OPERATORS
    properties = {entry.key: entry.value for entry in model.metadata_props}
    assert properties["gan.crc32"] == f"{gan.load(path(name)).info.crc32:08x}"


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", QUANTIZED)
def test_pixels_are_those_of_the_vectors(name, level):
    model = gan.load(path(name))
    graph = session(name, level)
    for item in items(name, model.info.crc32):
        label = [0 if item.label is None else item.label]
        given = inputs(model, item.latent[None], label, item.image[None], item.mask[None])
        assert run(graph, given).tobytes() == item.pixels.tobytes()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", QUANTIZED)
def test_pixels_are_those_of_gan_core(name, level):
    model = gan.load(path(name))
    info = model.info
    graph = session(name, level)
    random = np.random.default_rng(1)
    count = COUNT if info.image_in is None else COUNT // 10
    labels = np.arange(count) % max(info.classes, 1)
    wild = random.integers(0, 128, (count, info.latent_len), np.uint8)
    images = masks = None
    if info.image_in is not None:
        images = random.integers(0, 256, (count, *info.image_in), np.uint8)
    if info.mask_in is not None:
        masks = random.integers(0, 256, (count, *info.mask_in), np.uint8)
    drawn = model.latents(count, seed=3) if info.latent_len else wild
    for latents in (wild, drawn):
        chosen = labels if info.classes else None
        if info.image_in is None:
            expected = model.generate(latents=latents, labels=chosen)
        else:
            grey = images[..., 0] if info.image_in[2] == 1 else images
            given = latents if info.latent_len else None
            expected = model.transform(grey, masks, latents=given, labels=chosen)
        found = run(graph, inputs(model, latents, labels, images, masks))
        assert found.shape == (count, *info.shape)
        assert (found.reshape(expected.shape) == expected).all()


def test_a_packed_blob_gives_the_same_pixels(tmp_path):
    packed, out = tmp_path / "packed.gan", tmp_path / "packed.onnx"
    gan_command("pack", path("digits8"), "--target", "cortex-m4", "-o", packed)
    assert gan_command("export", packed, "-o", out).returncode == 0
    graphs = [onnx.load_from_string(file) for file in (out.read_bytes(), exported("digits8"))]
    assert graphs[0].graph == graphs[1].graph


def test_what_cannot_be_exported_is_told(tmp_path):
    out = tmp_path / "x.onnx"
    refused = gan_command("export", path("v1-float"), "-o", out)
    assert refused.returncode == 1 and "v1-float.gan: is a float model" in refused.stderr
    refused = gan_command("export", path("digits8"), "-o", tmp_path / "x.tflite")
    assert refused.returncode == 1 and "expected a name in .onnx" in refused.stderr
    assert not out.exists()
