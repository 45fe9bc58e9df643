"""Runs small MLP GAN generators from `.gan` models, bit for bit as on a microcontroller.

    import gan_core as gan

    model = gan.load("models/mnist-small.gan")
    images = model.generate(1000, seed=7)          # uint8, 1000 x 28 x 28
    sevens = model.generate(25, labels=7)
    data = gan.Dataset(model, 60_000)              # for torch.utils.data.DataLoader
    images, labels = data.arrays()                 # for scikit-learn

A seed gives the same images everywhere: here, with the command `gan generate`, and on every board.
"""

from importlib.metadata import PackageNotFoundError, version

from ._dataset import Dataset
from ._model import Column, Info, Layer, Model, load

__all__ = ["Column", "Dataset", "Info", "Layer", "Model", "load"]

try:
    __version__ = version("gan-core")
except PackageNotFoundError:  # run from the sources, not installed
    __version__ = "0"
