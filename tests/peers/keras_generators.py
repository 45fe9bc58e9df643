"""Makes generators as Keras's tutorials define them, for the tests of `gan-import`.

    python -m venv venv && venv/bin/pip install keras torch h5py
    venv/bin/python tests/peers/keras_generators.py tests/peers/files

Keras computes by PyTorch here; the files do not depend on it. Each network is a small MLP with
random weights and with statistics of batch normalization that are not those of a new network. It is
written in each way that Keras has: `.keras`, the older `.h5` of a whole model, and `.weights.h5`
with the weights alone. `NAME.json` beside them has some latents and the numbers that Keras makes of
them. `keras-2.h5` is the functional network in the names that Keras 2 used.
"""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import h5py  # noqa: E402
import numpy as np  # noqa: E402
import keras  # noqa: E402
from keras import layers  # noqa: E402

LATENT, PIXELS = 6, 12
EXAMPLES = 5


def leaky():
    """LeakyReLU, batch normalization and a picture at the end: the usual generator of a GAN."""
    return keras.Sequential([
        layers.Input((LATENT,)),
        layers.Dense(8),
        layers.LeakyReLU(negative_slope=0.2),
        layers.BatchNormalization(momentum=0.8),
        layers.Dense(10),
        layers.LeakyReLU(negative_slope=0.2),
        layers.BatchNormalization(momentum=0.8, epsilon=0.01),
        layers.Dropout(0.3),
        layers.Dense(PIXELS, activation="tanh"),
        layers.Reshape((4, 3, 1)),
    ])


def functional():
    """The functional way to write a network, with normalization before the activation."""
    z = keras.Input((LATENT,))
    x = layers.Dense(7, use_bias=False)(z)
    x = layers.BatchNormalization(scale=False)(x)
    x = layers.Activation("relu")(x)
    x = layers.Dense(7, activation="elu")(x)
    return keras.Model(z, layers.Dense(PIXELS, activation="sigmoid")(x))


def plain():
    """Fully connected layers alone."""
    return keras.Sequential([
        layers.Input((LATENT,)),
        layers.Dense(5, activation="relu"),
        layers.Dense(7, activation="relu"),
        layers.Dense(PIXELS, activation="tanh"),
    ])


def settle(network, random):
    """Gains, shifts and statistics as training leaves them."""
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            for weight in layer.weights:
                low, high = (0.2, 3) if "variance" in weight.path else (-1, 1)
                weight.assign(random.uniform(low, high, weight.shape))
        if isinstance(layer, layers.Dense) and layer.use_bias:
            layer.bias.assign(random.uniform(-1, 1, layer.bias.shape))


def as_keras_2(file, network):
    """The functional network as Keras 2 wrote it: `kernel:0`, and nested lists of layers."""
    config = json.loads(network.to_json())
    names = [layer.name for layer in network.layers]
    for index, layer in enumerate(config["config"]["layers"]):
        layer["inbound_nodes"] = [[[names[index - 1], 0, 0, {}]]] if index else []
        layer.pop("build_config", None)
    with h5py.File(file, "w") as h5:
        h5.attrs["keras_version"], h5.attrs["backend"] = "2.15.0", "tensorflow"
        h5.attrs["model_config"] = json.dumps(config)
        for layer in network.layers:
            group = h5.create_group(f"model_weights/{layer.name}")
            for weight in layer.weights:
                kind = weight.path.split("/")[-1]
                group[f"{layer.name}/{kind}:0"] = np.asarray(weight.value.detach())


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(7)
    random = np.random.default_rng(7)
    codes = random.integers(0, 128, (EXAMPLES, LATENT))
    latents = ((codes - 64) / 16).astype("float32")
    for name, network in [
        ("keras-plain", plain()), ("keras-leaky", leaky()), ("keras-functional", functional()),
    ]:
        settle(network, random)
        made = np.asarray(network(latents, training=False).detach()).reshape(EXAMPLES, PIXELS)
        expected = {"codes": codes.tolist(), "made": made.tolist()}
        (folder / f"{name}.json").write_text(json.dumps(expected))
        if name != "keras-plain":
            network.save(folder / f"{name}.keras")
            network.save(folder / f"{name}.h5")
        if name != "keras-functional":
            network.save_weights(folder / f"{name}.weights.h5")
    as_keras_2(folder / "keras-2.h5", network)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
