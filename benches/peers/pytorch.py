"""Training steps per second of PyTorch: the networks and recipes of gan-train's presets.

They are written as PyTorch's documentation advises: fused Adam, one concatenated batch for the
discriminator, its weights frozen in the generator's step, one foreach call for the average.

    python pytorch.py --preset deep --recipe default --threads 1 --steps 100
    python pytorch.py --preset deep --recipe default --device cuda --batch 1024 --steps 500
"""

import argparse
import time

import torch
from torch import nn
from torch.nn import functional as F

NETWORKS = {
    "deep": ([100, 256, 512, 1024, 784], nn.ReLU, [784, 512, 256, 128, 1]),
    "compact": ([100, 128, 128, 784], lambda: nn.LeakyReLU(0.2), [784, 128, 128, 1]),
    "square32": ([100, 256, 512, 1024], nn.ReLU, [1024, 512, 256, 1]),
    "wide": ([100, 12544, 12544, 784], nn.ReLU, [784, 256, 1]),
}
CLASSES = 10
SIGMA = 0.1


def mlp(sizes, activation, norm, last):
    layers = []
    for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        hidden = index < len(sizes) - 2
        layers.append(nn.Linear(inputs, outputs, bias=not (hidden and norm)))
        if hidden and norm:
            layers.append(nn.BatchNorm1d(outputs, track_running_stats=False))
        if hidden:
            layers.append(activation())
    return nn.Sequential(*layers, *last)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--preset", choices=NETWORKS, required=True)
    arguments.add_argument("--recipe", choices=["classic", "default"], required=True)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--steps", type=int, required=True)
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--batch", type=int, default=128)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    # Everything that is made from here on lies there.
    torch.set_default_device(options.device)
    batch = options.batch

    ours = options.recipe == "default"
    g_sizes, activation, d_sizes = NETWORKS[options.preset]
    labels_len = CLASSES if ours else 0
    generator = mlp([g_sizes[0] + labels_len, *g_sizes[1:]], activation, ours, [nn.Sigmoid()])
    d_sizes = [d_sizes[0] + labels_len, *d_sizes[1:]]
    discriminator = mlp(d_sizes, lambda: nn.LeakyReLU(0.2), False, [])
    rate, gamma = (5e-4, 0.5) if options.preset == "deep" else (1e-3, 1.0)
    adam = dict(lr=rate if ours else 2e-4, betas=(0.5, 0.999), eps=1e-8, fused=True)
    g_adam = torch.optim.Adam(generator.parameters(), **adam)
    d_adam = torch.optim.Adam(discriminator.parameters(), **adam)
    average = [param.detach().clone() for param in generator.parameters()]
    images = torch.randint(0, 256, (60_000, g_sizes[-1]), dtype=torch.uint8)
    classes = torch.randint(0, CLASSES, (60_000,))

    def step(index):
        chosen = torch.randint(0, len(images), (batch,))
        real = images[chosen].float() / 255
        latent = torch.randn(batch, g_sizes[0])
        if ours:
            one_hot = F.one_hot(classes[chosen], CLASSES).float()
            fake = generator(torch.cat([latent, one_hot], 1))
            signs = torch.randint(0, 2, real.shape) * 2 - 1
            groups = [real, fake.detach(), real + SIGMA * signs]
            groups = [torch.cat([group, one_hot], 1) for group in groups]
        else:
            fake = generator(latent)
            groups = [real, fake.detach()]
        logits = discriminator(torch.cat(groups)).view(len(groups), batch)
        loss = F.softplus(-logits[0]).mean() + F.softplus(logits[1]).mean()
        if ours:
            loss = loss + gamma / 2 * ((logits[2] - logits[0]) / SIGMA).square().mean()
        d_adam.zero_grad()
        loss.backward()
        d_adam.step()

        discriminator.requires_grad_(False)
        judged = discriminator(torch.cat([fake, one_hot], 1) if ours else fake)
        g_loss = F.softplus(-judged).mean()
        g_adam.zero_grad()
        g_loss.backward()
        g_adam.step()
        discriminator.requires_grad_(True)
        if ours:
            with torch.no_grad():
                torch._foreach_lerp_(average, list(generator.parameters()), 0.001)
        if index % 100 == 0:
            loss.item(), g_loss.item()

    def wait():
        if options.device.startswith("cuda"):
            torch.cuda.synchronize()

    for index in range(20):
        step(index)
    wait()
    start = time.perf_counter()
    for index in range(options.steps):
        step(index)
    wait()
    print(options.steps / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
