"""Makes generators as PyTorch's tutorials define them, for the tests of `gan-import`.

    python -m venv venv && venv/bin/pip install torch safetensors onnx
    venv/bin/python tests/peers/generators.py tests/peers/files

Each is a small MLP with random weights and with statistics of batch normalization that are not
those of a new network. It is written as torch saves it, and beside it, as `NAME.json`, some latents
and the numbers that PyTorch makes of them. `nested.pt`, `both.pt`, `module.pt` and `views.pt` have
the same numbers in the other ways that `torch.save` has.
"""

import json
import sys
import warnings
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

LATENT, CLASSES, PIXELS = 6, 3, 12
EXAMPLES = 5


def block(inputs, outputs, norm=True):
    """A block of the usual GAN of fully connected layers."""
    layers = [nn.Linear(inputs, outputs)]
    if norm:
        layers.append(nn.BatchNorm1d(outputs, 0.8))  # 0.8 is epsilon here
    return [*layers, nn.LeakyReLU(0.2)]


class Sequential(nn.Module):
    """Blocks in one sequence, with normalization in all but the first, and tanh at the end."""

    def __init__(self, inputs=LATENT):
        super().__init__()
        self.model = nn.Sequential(
            *block(inputs, 8, norm=False), *block(8, 10), *block(10, 9), nn.Linear(9, PIXELS),
            nn.Tanh(),
        )

    def forward(self, z):
        return self.model(z)


class Conditional(Sequential):
    """An embedding of labels stands before the latent."""

    def __init__(self):
        super().__init__(CLASSES + LATENT)
        self.label_emb = nn.Embedding(CLASSES, CLASSES)

    def forward(self, z, label):
        return self.model(torch.cat([self.label_emb(label), z], 1))


class Named(nn.Module):
    """Layers that are members, with ReLU and a sigmoid, and a square layer."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(LATENT, 7), nn.Linear(7, 7), nn.Linear(7, PIXELS)

    def forward(self, z):
        return torch.sigmoid(self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(z))))))


def settle(network):
    """Gains, shifts and statistics as training leaves them."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d):
            nn.init.uniform_(module.weight, 0.5, 2)
            nn.init.uniform_(module.bias, -1, 1)
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.2, 3)
    return network.eval()


def views(tensors):
    """The same numbers, as tensors that share storages and lie in them in other orders."""
    shared = torch.cat([tensors["fc1.bias"], tensors["fc2.bias"]])
    tensors["fc1.bias"], tensors["fc2.bias"] = shared[:7], shared[7:]
    tensors["fc1.weight"] = tensors["fc1.weight"].t().contiguous().t()
    tensors["fc3.weight"] = tensors["fc3.weight"].double()
    tensors["fc3.bias"] = nn.Parameter(tensors["fc3.bias"])
    return tensors


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    codes = torch.randint(0, 128, (EXAMPLES, LATENT))
    latents = (codes - 64) / 16
    labels = torch.arange(EXAMPLES) % CLASSES
    for name, network in [
        ("sequential", settle(Sequential())), ("named", settle(Named())),
        ("conditional", settle(Conditional())),
    ]:
        given = (latents, labels) if name == "conditional" else (latents,)
        with torch.no_grad():
            made = network(*given)
        expected = {"codes": codes.tolist(), "labels": labels.tolist(), "made": made.tolist()}
        (folder / f"{name}.json").write_text(json.dumps(expected))
        torch.save(network.state_dict(), folder / f"{name}.pt")
        save_file(network.state_dict(), folder / f"{name}.safetensors")
        if name == "conditional":
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(network, given, folder / f"{name}.onnx", dynamo=False)
        if name == "sequential":
            nested = {"generator": network.state_dict(), "epoch": 5}
            torch.save(nested, folder / "nested.pt")
            torch.save(network, folder / "module.pt")
            both = {"generator": network.state_dict(), "critic": {"0.weight": torch.ones(1, 2)}}
            torch.save(both, folder / "both.pt", pickle_protocol=4)
        else:
            torch.save(views(network.state_dict()), folder / "views.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
