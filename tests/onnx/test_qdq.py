"""`gan export -o FILE.onnx --qdq`: what the command prints is what ONNX Runtime shows.

The command computes the graph by itself, with sums that are exact. ONNX Runtime adds reals in f32.
A hidden code whose sum is that close to the middle between two may become its neighbour there, and
an image has some hundred hidden codes, which all of its pixels depend on. So a few images of a
thousand are others: the tolerances below are what two such images can do.
"""

import re
from functools import cache

import numpy as np
import onnx
import onnxruntime
import pytest

import gan_core as gan
from test_exact import LEVELS, QUANTIZED, ROOT, gan_command, path

OPERATORS = {
    "Add", "DequantizeLinear", "Gather", "LeakyRelu", "MatMul", "Min", "QuantizeLinear", "Relu",
    "Reshape", "Sigmoid", "Tanh",
}
SAID = re.compile(
    r"bytes, not bit for bit: for (\d+) latents of seed 0, "
    r"(\S+) % of the pixels are not the blob's; "
    r"all together are (\S+) levels of 255 from them on average, and none more than (\d+)"
)
#: What is refused, and why.
REFUSALS = (
    r"--qdq: (the model takes an image"
    r"|layer \d+: has (weights of four bits|a table of its own|the zero point \d+, and))"
)


@cache
def exported(name):
    """What the command says, and the file that it writes."""
    out = ROOT / f"target/onnx/{name}.qdq.onnx"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    done = gan_command("export", path(name), "-o", out, "--qdq")
    return done, out


def test_models_of_latents_and_eight_bits_are_written():
    written = set()
    for name in QUANTIZED:
        done, out = exported(name)
        info = gan.load(path(name)).info
        if done.returncode:
            assert re.search(f"{name}.gan: {REFUSALS}", done.stderr), done.stderr
            assert not out.exists()
        else:
            assert info.image_in is None and all(layer.element == "i8" for layer in info.layers)
            written.add(name)
    assert {"digits8", "mnist-tiny", "mnist-small", "mnist-large", "v1-tiny", "wine"} <= written


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "name", ["digits8", "mnist-tiny", "mnist-small", "mnist-large", "wine", "motion"]
)
def test_the_difference_is_that_of_onnx_runtime(name, level):
    done, out = exported(name)
    said = SAID.search(done.stderr)
    assert done.returncode == 0 and said, done.stderr
    count, most = int(said[1]), int(said[4])
    file = onnx.load(out)
    onnx.checker.check_model(file, full_check=True)
    assert {node.op_type for node in file.graph.node} <= OPERATORS

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = LEVELS[level]
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(out, options, ["CPUExecutionProvider"])
    model = gan.load(path(name))
    latents = model.latents(count, seed=0)
    given = {"latent": latents}
    labels = np.arange(count) % max(model.info.classes, 1)
    if model.info.classes:
        given["label"] = labels
    found = session.run(None, given)[0]
    exact = model.generate(latents=latents, labels=labels if model.info.classes else None)
    apart = np.abs(found.reshape(exact.shape).astype(int) - exact)
    # Each image that is another one has at most all of its pixels changed, by some levels.
    others = 2 / count
    assert abs((apart > 0).mean() - float(said[2]) / 100) <= others
    assert abs(apart.mean() - float(said[3])) <= 4 * others
    assert most / 2 <= apart.max() <= 2 * most
