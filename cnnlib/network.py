"""Layers: operations with parameters, and lists of them.

A layer is called like an operation, `y, backward = layer(x)`; its pullback, `dx, gradients = backward(dy)`, gives
beside dx one array for each of `layer.parameters`, under the same name. Names and shapes are PyTorch's: the weights of
the first layer of a Sequential are "0.weight", so that parameters can be carried over in both directions.

Weights are drawn when they are first asked for, and from then on change in place only. So a list around trained layers
keeps what they learned, and whoever holds the arrays, as an SGD does, holds the living ones.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np

from cnnlib.activations import hardtanh, relu, sigmoid, tanh
from cnnlib.affine import flatten, linear
from cnnlib.arguments import Array, Sides, Size, WeightedPullback, pair, shaped, whole
from cnnlib.convolution import conv1d, conv2d
from cnnlib.pooling import avg_pool2d, max_pool2d

NetworkPullback = WeightedPullback[tuple[Array, dict[str, Array]]]

# Weights of the variance gain^2 / fan_in keep the size of a signal from layer to layer. The gain makes up for what the
# activation takes: ReLU drops half of it (He et al., 2015), tanh squashes it a little, a sigmoid's slope is 1/4.
GAINS = {"ReLU": 2**0.5, "Tanh": 5 / 3, "Hardtanh": 5 / 3, "Sigmoid": 4.0}


class Network(Protocol):
    """What can be trained: a layer, a list of them, or anything that is called alike and has parameters."""

    @property
    def parameters(self) -> dict[str, Array]: ...

    def __call__(self, x: Array, /) -> tuple[Array, NetworkPullback]: ...


class Layer:
    """An operation, and the arrays that it takes beside x.

    Attributes:
        name: what kind of layer it is.
        shapes: shape of each array by name.
        dtype: what the arrays hold, once they are drawn.
        scale: 0 for weights that start at 0, else 1.
        leaves: this layer; a list of layers has all of theirs.
    """

    def __init__(self, name: str, operation: Callable[..., tuple[Array, Any]], **shapes: Size) -> None:
        self.name, self.operation, self.shapes = name, operation, shapes
        self.dtype: type = np.float32
        self.scale = 1.0
        self.leaves = [self]
        self._arrays: dict[str, Array] = {}

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{key} {shape}' for key, shape in self.shapes.items())})"

    @property
    def drawn(self) -> bool:
        """Whether there is nothing left to draw."""
        return len(self._arrays) == len(self.shapes)

    @property
    def parameters(self) -> dict[str, Array]:
        """Arrays by name; training changes them in place."""
        if not self.drawn:
            self.initialise(np.random.default_rng(0))
        return self._arrays

    def __call__(self, x: Array) -> tuple[Array, NetworkPullback]:
        y, pullback = self.operation(x, *self.parameters.values())

        def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, dict[str, Array]]:
            if not self.shapes:
                return pullback(dy) if input_gradient else None, {}
            dx, *gradients = pullback(dy, input_gradient=input_gradient)
            return dx, dict(zip(self.shapes, gradients, strict=True))

        return y, backward

    def initialise(self, rng: np.random.Generator, gain: float = 1.0) -> None:
        """Draw the weights, normal with variance gain^2 / fan_in, and set the biases to 0; in place, if done before."""
        for key, shape in self.shapes.items():
            deviation = self.scale * gain / math.prod(shape[1:]) ** 0.5 if len(shape) > 1 else 0.0
            self._arrays.setdefault(key, np.empty(shape, self.dtype))[...] = deviation * rng.standard_normal(shape)


class Sequential:
    """Layers, one after the other.

    Args:
        layers: layers or Sequentials, the first first. What they have learned or were given before stays.
        seed: fixes the weights still to be drawn, scaled for the activation that follows each layer.
        dtype: np.float32, or np.float64 for gradient checks.

    Raises:
        TypeError: a layer has weights of another dtype already.
    """

    name = "Sequential"

    def __init__(self, *layers: "Layer | Sequential", seed: int = 0, dtype: type = np.float32) -> None:
        self.layers, self.seed = layers, seed
        self.leaves: list[Layer] = [leaf for layer in layers for leaf in layer.leaves]
        for leaf in self.leaves:
            if leaf.shapes and leaf.drawn and leaf.dtype != dtype:
                held, given = np.dtype(leaf.dtype), np.dtype(dtype)
                raise TypeError(f"dtype must be {held}, as the weights of {leaf!r} are already, got {given}")
        for leaf in self.leaves:
            leaf.dtype = dtype

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.layers))})"

    @property
    def parameters(self) -> dict[str, Array]:
        """All arrays, by names such as "0.weight"; training changes them in place."""
        self._settle()
        return {f"{i}.{key}": p for i, layer in enumerate(self.layers) for key, p in layer.parameters.items()}

    def __call__(self, x: Array) -> tuple[Array, NetworkPullback]:
        self._settle()
        pullbacks = []
        for layer in self.layers:
            x, pullback = layer(x)
            pullbacks.append(pullback)
        first = next((i for i, layer in enumerate(self.layers) if layer.parameters), len(self.layers))

        def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, dict[str, Array]]:
            gradients = {}
            for i in reversed(range(0 if input_gradient else first, len(pullbacks))):
                dy, found = pullbacks[i](dy, input_gradient=input_gradient or i > first)
                gradients.update({f"{i}.{key}": gradient for key, gradient in found.items()})
            return (dy if input_gradient else None), gradients

        return x, backward

    def initialise(self, rng: np.random.Generator) -> None:
        """Draw all weights anew, in place, each layer's for the activation that comes before the next weights."""
        self._draw(rng, self.leaves)

    def _settle(self) -> None:
        if waiting := [leaf for leaf in self.leaves if not leaf.drawn]:
            self._draw(np.random.default_rng(self.seed), waiting)

    def _draw(self, rng: np.random.Generator, chosen: list[Layer]) -> None:
        gain, planned = 1.0, []
        for leaf in reversed(self.leaves):
            planned.append((leaf, gain))
            gain = 1.0 if leaf.shapes else GAINS.get(leaf.name, gain)
        for leaf, scale in reversed(planned):
            if leaf in chosen:
                leaf.initialise(rng, scale)


class Residual(Sequential):
    """x + f(x): the layers learn what to add to their input, of the same shape (He et al., 2016).

    Args:
        identity: the last weights start at 0, so that the block hands on its input; no ReLU, flat at 0, may follow.
    """

    name = "Residual"

    def __init__(self, *layers: "Layer | Sequential", identity: bool = False, **options: Any) -> None:
        super().__init__(*layers, **options)
        if identity:
            [leaf for leaf in self.leaves if leaf.shapes][-1].scale = 0.0

    def __call__(self, x: Array) -> tuple[Array, NetworkPullback]:
        added, pullback = super().__call__(x)
        shaped("x", x, added.shape, "that of what the layers of a Residual make of it")

        def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, dict[str, Array]]:
            dx, gradients = pullback(dy, input_gradient)
            return None if dx is None else dx + dy, gradients

        return x + added, backward


class DenseConnection(Sequential):
    """[x, f(x)], one after the other on the channel axis: later layers still see the input (Huang et al., 2017)."""

    name = "DenseConnection"

    def __call__(self, x: Array) -> tuple[Array, NetworkPullback]:
        joined, pullback = super().__call__(x)
        channels = x.shape[1]

        def backward(dy: Array, input_gradient: bool = True) -> tuple[Any, dict[str, Array]]:
            dx, gradients = pullback(dy[:, channels:], input_gradient)
            return None if dx is None else dx + dy[:, :channels], gradients

        return np.concatenate([x, joined], axis=1), backward


def Linear(inputs: int, outputs: int) -> Layer:
    """Fully connected layer: weight (outputs, inputs), bias (outputs,)."""
    size = whole("outputs", outputs), whole("inputs", inputs)
    return Layer("Linear", linear, weight=size, bias=size[:1])


def Conv1d(channels: int, filters: int, kernel_size: int, *, stride: int = 1, padding: int = 0) -> Layer:
    """Scan of a signal: weight (filters, channels, kernel_size), bias (filters,)."""
    size = whole("filters", filters), whole("channels", channels), whole("kernel_size", kernel_size)
    return Layer("Conv1d", partial(conv1d, stride=stride, padding=padding), weight=size, bias=size[:1])


def Conv2d(channels: int, filters: int, kernel_size: Sides, *, stride: Sides = 1, padding: Sides = 0) -> Layer:
    """Convolution layer: weight (filters, channels, KH, KW), bias (filters,)."""
    size = whole("filters", filters), whole("channels", channels), *pair("kernel_size", kernel_size)
    return Layer("Conv2d", partial(conv2d, stride=stride, padding=padding), weight=size, bias=size[:1])


def MaxPool2d(kernel_size: Sides, *, stride: Sides | None = None, padding: Sides = 0) -> Layer:
    """Max pooling; the stride is the size of the window unless given."""
    return Layer("MaxPool2d", partial(max_pool2d, kernel_size=kernel_size, stride=stride, padding=padding))


def AvgPool2d(kernel_size: Sides, *, stride: Sides | None = None, padding: Sides = 0) -> Layer:
    """Mean pooling; the stride is the size of the window unless given."""
    return Layer("AvgPool2d", partial(avg_pool2d, kernel_size=kernel_size, stride=stride, padding=padding))


def Flatten() -> Layer:
    """(N, C, H, W) to (N, C H W)."""
    return Layer("Flatten", flatten)


def ReLU() -> Layer:
    """max(0, x)."""
    return Layer("ReLU", relu)


def Sigmoid() -> Layer:
    """1 / (1 + exp(-x))."""
    return Layer("Sigmoid", sigmoid)


def Tanh() -> Layer:
    """tanh x."""
    return Layer("Tanh", tanh)


def Hardtanh() -> Layer:
    """min(max(x, -1), 1)."""
    return Layer("Hardtanh", hardtanh)
