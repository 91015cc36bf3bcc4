"""One training step of LeNet on 64 images of 28 x 28: forward, backward, gradient descent with momentum."""

from functools import partial

import baselines
import numpy as np

from cnnlib import cross_entropy
from cnnlib.network import Conv2d, Flatten, Layer, Linear, MaxPool2d, ReLU, Sequential
from cnnlib.training import SGD

BATCH = 64


def step(network):
    """A function that takes one step, on random images unless others are given."""
    rng = np.random.default_rng(0)
    images, labels = rng.standard_normal((BATCH, 1, 28, 28), dtype=np.float32), rng.integers(0, 10, BATCH)
    optimizer = SGD(network.parameters, 0.01, 0.9)

    def take(x=images, t=labels):
        y, backward = network(x)
        optimizer.step(backward(cross_entropy(y, t)[1](), input_gradient=False)[1])

    return take


def head():
    return Flatten(), Linear(256, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 10)


def ours():
    maps = Conv2d(1, 6, 5), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2)
    return step(Sequential(*maps, *head()))


def plain(conv2d):
    """The same network with convolution, pooling and ReLU as they are usually written."""
    relu, pool = Layer("ReLU", baselines.relu), Layer("MaxPool2d", partial(baselines.max_pool2d, size=2))
    first = Layer("Conv2d", conv2d, weight=(6, 1, 5, 5), bias=(6,))
    second = Layer("Conv2d", conv2d, weight=(16, 6, 5, 5), bias=(16,))
    return step(Sequential(first, relu, pool, second, relu, pool, *head()))


def theirs():
    """The same in PyTorch."""
    import torch
    from torch import nn

    network = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    optimizer = torch.optim.SGD(network.parameters(), 0.01, 0.9)
    x, t = torch.randn(BATCH, 1, 28, 28), torch.randint(0, 10, (BATCH,))

    def take():
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(x), t).backward()
        optimizer.step()

    return take
