"""Trains a PyTorch classifier on digits that a model makes while they are read, and tries it on
real ones: nothing is stored, and however many images there are, they take no memory.

    pip install gan-core torch scikit-learn
    python gan-py/examples/torch_classifier.py

The data set is read in both ways that PyTorch has. By index: `DataLoader` asks for samples in an
order of its own. As a stream: each worker makes its part of a shuffled data set, batch by batch,
which has no overhead for each sample. The test is of the 300 real digits of scikit-learn that
models/digits8.gan was not trained on.
"""

from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import gan_core as gan

MODEL = Path(__file__).resolve().parents[2] / "models/digits8.gan"
#: The images that digits8 was trained on; the rest is held back.
TRAINED_ON = 1_497
BATCH = 100


def real(image):
    """Pixels of 0 to 255 as the network's inputs of 0 to 1."""
    return torch.as_tensor(image, dtype=torch.float32) / 255


class Stream(IterableDataset):
    """The batches of a data set. Each worker has a part of it."""

    def __init__(self, data):
        self.data = data

    def __iter__(self):
        worker = get_worker_info()
        part = self.data if worker is None else self.data.part(worker.id, worker.num_workers)
        for images, labels in part.batches(BATCH):
            yield real(images), torch.as_tensor(labels, dtype=torch.int64)


def train(loader):
    """A classifier that has seen every batch once."""
    torch.manual_seed(0)
    torch.set_num_threads(1)  # the network is small, and the workers need the other cores
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    for images, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(images), labels).backward()
        optimizer.step()
    return network


def main(count=10_000, workers=2):
    digits = load_digits()
    test_images = torch.as_tensor(digits.images[TRAINED_ON:], dtype=torch.float32) / 16
    test_labels = torch.as_tensor(digits.target[TRAINED_ON:])

    def accuracy(network):
        with torch.no_grad():
            return (network(test_images).argmax(1) == test_labels).float().mean().item()

    # The images before these taught nobody: any range of the 1.8e17 of a seed will do.
    data = gan.Dataset(gan.load(MODEL), count, seed=1, first=10**12, transform=real)
    by_index = DataLoader(data, batch_size=BATCH, shuffle=True, num_workers=workers)
    stream = DataLoader(Stream(data.shuffled(0)), batch_size=None, num_workers=workers)
    found = {}
    for name, loader in (("by index", by_index), ("as a stream", stream)):
        found[name] = accuracy(train(loader))
        print(f"{count:,} synthetic digits {name}: accuracy {found[name]:.3f} on 300 real ones")
    return found


if __name__ == "__main__":
    main()
