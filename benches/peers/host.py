"""gan-core's host runner against ONNX Runtime and LiteRT: int8 100-256-512-1024-784, one thread.

    python -m venv venv && venv/bin/pip install numpy onnx onnxruntime ai-edge-litert
    venv/bin/python benches/peers/host.py

Images are made one by one and 256 at once. All take turns in rounds, so that they meet the same
machine. Prints microseconds an image, the least of the rounds and their median. The networks have
the same sizes and activations and random weights; only the time is compared. Calls through Python
are part of the peers' times, 1 to 5 microseconds each, which batches do not notice.
"""

import argparse
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from ai_edge_litert import schema_py_generated as tflite
from ai_edge_litert.interpreter import Interpreter
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

import flatbuffers

ROOT = Path(__file__).resolve().parent.parent.parent
SIZES = [100, 256, 512, 1024, 784]
BATCH = 256


def weights():
    random = np.random.default_rng(0)
    for inputs, outputs in zip(SIZES, SIZES[1:]):
        yield random.normal(0, (2 / inputs) ** 0.5, (outputs, inputs)).astype(np.float32)


def onnx_runtime(folder):
    """Static QDQ quantization: u8 activations, s8 weights, per tensor.

    That is the fastest of its int8 forms.
    """
    nodes, initializers, x = [], [], "x0"
    for index, w in enumerate(weights()):
        last = index == len(SIZES) - 2
        zeros = np.zeros(len(w), np.float32)
        initializers.append(numpy_helper.from_array(w, f"w{index}"))
        initializers.append(numpy_helper.from_array(zeros, f"b{index}"))
        inputs, activation = [x, f"w{index}", f"b{index}"], "Sigmoid" if last else "Relu"
        nodes.append(helper.make_node("Gemm", inputs, [f"y{index}"], transB=1))
        nodes.append(helper.make_node(activation, [f"y{index}"], [f"x{index + 1}"]))
        x = f"x{index + 1}"

    def value(name, width):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])

    latent, pixels = value("x0", SIZES[0]), value(x, SIZES[-1])
    graph = helper.make_graph(nodes, "mlp", [latent], [pixels], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, f"{folder}/float.onnx")

    class Latents(CalibrationDataReader):
        left = [np.random.default_rng(1).normal(size=(64, SIZES[0])).astype(np.float32)]

        def get_next(self):
            return {"x0": self.left.pop()} if self.left else None

    quantize_static(
        f"{folder}/float.onnx",
        f"{folder}/int8.onnx",
        Latents(),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        f"{folder}/int8.onnx", options, providers=["CPUExecutionProvider"]
    )

    def call(count):
        latents = {"x0": np.random.default_rng(2).normal(size=(count, SIZES[0])).astype(np.float32)}
        return lambda: session.run(None, latents)

    return call


def litert_model(count):
    """A .tflite file: FULLY_CONNECTED int8 with a fused ReLU, per tensor, and LOGISTIC."""
    model = tflite.ModelT()
    model.version, model.description = 3, "mlp"
    model.buffers = [tflite.BufferT()]
    graph = tflite.SubGraphT()
    graph.tensors, graph.operators = [], []

    def tensor(name, shape, kind, scale, zero_point, data=None):
        made = tflite.TensorT()
        made.name, made.shape, made.type, made.shapeSignature = name, list(shape), kind, list(shape)
        made.quantization = tflite.QuantizationParametersT()
        made.quantization.scale, made.quantization.zeroPoint = [scale], [zero_point]
        made.buffer = 0
        if data is not None:
            buffer = tflite.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            made.buffer = len(model.buffers)
            model.buffers.append(buffer)
        graph.tensors.append(made)
        return len(graph.tensors) - 1

    def operator(code, inputs, output, kind=0, options=None):
        made = tflite.OperatorT()
        made.opcodeIndex, made.inputs, made.outputs = code, inputs, [output]
        made.builtinOptionsType, made.builtinOptions = kind, options
        graph.operators.append(made)

    int8, int32 = tflite.TensorType.INT8, tflite.TensorType.INT32
    x, x_scale = tensor("latent", [count, SIZES[0]], int8, 1 / 32, 0), 1 / 32
    graph.inputs = [x]
    for index, w in enumerate(weights()):
        last = index == len(SIZES) - 2
        scale = float(np.abs(w).max()) / 127
        data = tensor(f"w{index}", w.shape, int8, scale, 0, np.round(w / scale).astype(np.int8))
        bias = tensor(f"b{index}", [len(w)], int32, x_scale * scale, 0, np.zeros(len(w), np.int32))
        y_scale = 1 / 16 if last else 1 / 32
        y = tensor(f"y{index}", [count, len(w)], int8, y_scale, 0 if last else -128)
        options = tflite.FullyConnectedOptionsT()
        relu, none = tflite.ActivationFunctionType.RELU, tflite.ActivationFunctionType.NONE
        options.fusedActivationFunction = none if last else relu
        operator(0, [x, data, bias], y, tflite.BuiltinOptions.FullyConnectedOptions, options)
        x, x_scale = y, y_scale
    pixels = tensor("pixels", [count, SIZES[-1]], int8, 1 / 256, -128)
    operator(1, [x], pixels)
    graph.outputs = [pixels]
    model.subgraphs, model.operatorCodes = [graph], []
    operators = tflite.BuiltinOperator
    for code, version in [(operators.FULLY_CONNECTED, 4), (operators.LOGISTIC, 2)]:
        made = tflite.OperatorCodeT()
        made.builtinCode = made.deprecatedBuiltinCode = code
        made.version = version
        model.operatorCodes.append(made)
    builder = flatbuffers.Builder(1 << 21)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def litert(count):
    interpreter = Interpreter(model_content=litert_model(count), num_threads=1)
    interpreter.allocate_tensors()
    index = interpreter.get_input_details()[0]["index"]
    output = interpreter.get_output_details()[0]["index"]
    latents = np.random.default_rng(2).integers(-128, 128, (count, SIZES[0])).astype(np.int8)

    def call():
        interpreter.set_tensor(index, latents)
        interpreter.invoke()
        return interpreter.get_tensor(output)

    assert len(np.unique(call())) > 10, "the pixels are all the same"
    return call


def ours():
    """(name, least microseconds an image) of a short run of the ratios."""
    command = ["cargo", "bench", "-q", "-p", "gan-core", "--features", "std"]
    command += ["--bench", "ratios", "--", "--rounds", "5"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    for line in done.stdout.splitlines():
        found = re.match(r"(\S+), (one image|batch of 256) +([\d.]+)|(plain loop) +([\d.]+)", line)
        if found:
            backend, what, least, plain, plain_least = found.groups()
            if plain:
                yield plain, 1, float(plain_least)
            else:
                yield f"gan-core {backend}", 1 if what == "one image" else BATCH, float(least)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    times = {}
    with tempfile.TemporaryDirectory() as folder:
        session = onnx_runtime(folder)
    peers = []
    for count in (1, BATCH):
        peers.append(("ONNX Runtime int8", count, session(count)))
        peers.append(("LiteRT int8", count, litert(count)))
    for _ in range(arguments.rounds):
        for name, count, micros in ours():
            times.setdefault((name, count), []).append(micros)
        for name, count, call in peers:
            least = float("inf")
            for _ in range(200 if count == 1 else 10):
                start = time.perf_counter()
                call()
                least = min(least, (time.perf_counter() - start) * 1e6 / count)
            times.setdefault((name, count), []).append(least)
    print(
        f"onnxruntime {onnxruntime.__version__}, {arguments.rounds} rounds, "
        f"load average {os.getloadavg()}"
    )
    print(
        f"{'microseconds an image':24} {'one: least':>11} {'median':>8} "
        f"{'256: least':>11} {'median':>8}"
    )
    for name in dict.fromkeys(name for name, _ in times):
        cells = []
        for count in (1, BATCH):
            found = times.get((name, count))
            cells += [f"{min(found):.2f}", f"{statistics.median(found):.2f}"] if found else ["", ""]
        print(f"{name:24} {cells[0]:>11} {cells[1]:>8} {cells[2]:>11} {cells[3]:>8}")


if __name__ == "__main__":
    main()
