"""Layers: operations with parameters, and lists of them.

A layer is called like an operation, `y, backward = layer(x)`; its pullback, `dx, gradients = backward(dy)`, gives
beside dx one array for each of `layer.parameters`, under the same name. Names and shapes are PyTorch's: the weights of
the first layer of a Sequential are "0.weight", so that parameters can be carried over in both directions.
"""

from collections.abc import Callable, Mapping
from functools import partial
from os import PathLike
from typing import Any

import numpy as np

from cnnlib.activations import hardtanh, relu, sigmoid, tanh
from cnnlib.affine import flatten, linear
from cnnlib.arguments import Array, Pair, Pullback, Size, pair, shaped, whole
from cnnlib.convolution import conv1d, conv2d
from cnnlib.pooling import avg_pool2d, max_pool2d

# Weights of the variance gain^2 / fan_in keep the size of a signal from layer to layer. The gain makes up for what the
# activation takes: ReLU drops half of it (He et al., 2015), tanh squashes it a little, a sigmoid's slope is 1/4.
GAINS = {"ReLU": 2**0.5, "Tanh": 5 / 3, "Hardtanh": 5 / 3, "Sigmoid": 4.0}


class Layer:
    """An operation, and the arrays that it takes beside x.

    Attributes:
        name: what kind of layer it is.
        parameters: arrays by name; training changes them in place.
    """

    def __init__(self, name: str, operation: Callable[..., tuple[Array, Pullback]], **shapes: Size) -> None:
        self.name, self.operation = name, operation
        self.parameters = {key: np.zeros(shape, np.float32) for key, shape in shapes.items()}
        self.initialise(np.random.default_rng(0), 1.0, np.float32)

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{key} {array.shape}' for key, array in self.parameters.items())})"

    def __call__(self, x: Array) -> tuple[Array, Pullback]:
        y, pullback = self.operation(x, *self.parameters.values())

        def backward(dy: Array, input_gradient: bool = True) -> tuple[Array | None, dict[str, Array]]:
            if not self.parameters:
                return pullback(dy) if input_gradient else None, {}
            dx, *gradients = pullback(dy, input_gradient=input_gradient)
            return dx, dict(zip(self.parameters, gradients, strict=True))

        return y, backward

    def initialise(self, rng: np.random.Generator, gain: float, dtype: type) -> None:
        """Draw the weights anew, normal with variance gain^2 / fan_in, and set the biases to 0."""
        for key, old in self.parameters.items():
            spread = gain / old[0].size ** 0.5 if old.ndim > 1 else 0.0
            self.parameters[key] = (spread * rng.standard_normal(old.shape)).astype(dtype)


class Sequential:
    """Layers, one after the other.

    Args:
        layers: layers or Sequentials, the first first.
        seed: fixes the weights, which are all drawn anew, scaled for the activation that follows each layer.
        dtype: np.float32, or np.float64 for gradient checks.
    """

    name = "Sequential"

    def __init__(self, *layers: "Layer | Sequential", seed: int = 0, dtype: type = np.float32) -> None:
        self.layers = layers
        self.initialise(np.random.default_rng(seed), 1.0, dtype)

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.layers))})"

    @property
    def parameters(self) -> dict[str, Array]:
        """All arrays, by names such as "0.weight"."""
        return {f"{i}.{key}": p for i, layer in enumerate(self.layers) for key, p in layer.parameters.items()}

    def __call__(self, x: Array) -> tuple[Array, Pullback]:
        pullbacks = []
        for layer in self.layers:
            x, pullback = layer(x)
            pullbacks.append(pullback)
        first = next((i for i, layer in enumerate(self.layers) if layer.parameters), len(self.layers))

        def backward(dy: Array, input_gradient: bool = True) -> tuple[Array | None, dict[str, Array]]:
            gradients = {}
            for i in reversed(range(0 if input_gradient else first, len(pullbacks))):
                dy, found = pullbacks[i](dy, input_gradient=input_gradient or i > first)
                gradients.update({f"{i}.{key}": gradient for key, gradient in found.items()})
            return (dy if input_gradient else None), gradients

        return x, backward

    def initialise(self, rng: np.random.Generator, gain: float, dtype: type) -> None:
        """Draw all weights anew, each layer's for the activation that comes before the next weights."""
        planned = []
        for layer in reversed(self.layers):
            planned.append((layer, gain))
            gain = 1.0 if layer.parameters else GAINS.get(layer.name, gain)
        for layer, scale in reversed(planned):
            layer.initialise(rng, scale, dtype)


class Residual(Sequential):
    """x + f(x): the layers learn what to add to their input, of the same shape (He et al., 2016)."""

    name = "Residual"

    def __call__(self, x: Array) -> tuple[Array, Pullback]:
        added, pullback = super().__call__(x)
        shaped("x", x, added.shape, "that of what the layers of a Residual make of it")

        def backward(dy: Array, input_gradient: bool = True) -> tuple[Array | None, dict[str, Array]]:
            dx, gradients = pullback(dy, input_gradient)
            return None if dx is None else dx + dy, gradients

        return x + added, backward


class DenseConnection(Sequential):
    """[x, f(x)], one after the other on the channel axis: later layers still see the input (Huang et al., 2017)."""

    name = "DenseConnection"

    def __call__(self, x: Array) -> tuple[Array, Pullback]:
        joined, pullback = super().__call__(x)
        channels = x.shape[1]

        def backward(dy: Array, input_gradient: bool = True) -> tuple[Array | None, dict[str, Array]]:
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


def Conv2d(channels: int, filters: int, kernel_size: Pair, *, stride: Pair = 1, padding: Pair = 0) -> Layer:
    """Convolution layer: weight (filters, channels, KH, KW), bias (filters,)."""
    size = whole("filters", filters), whole("channels", channels), *pair("kernel_size", kernel_size)
    return Layer("Conv2d", partial(conv2d, stride=stride, padding=padding), weight=size, bias=size[:1])


def MaxPool2d(kernel_size: Pair, *, stride: Pair | None = None, padding: Pair = 0) -> Layer:
    """Max pooling; the stride is the size of the window unless given."""
    return Layer("MaxPool2d", partial(max_pool2d, kernel_size=kernel_size, stride=stride, padding=padding))


def AvgPool2d(kernel_size: Pair, *, stride: Pair | None = None, padding: Pair = 0) -> Layer:
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


def set_parameters(network: Layer | Sequential, arrays: Mapping[str, Any]) -> None:
    """Copy arrays into the parameters of the same names, as from PyTorch's `state_dict`.

    Raises:
        ValueError: names or shapes differ; nothing is changed then.
    """
    parameters = network.parameters
    if parameters.keys() != arrays.keys():
        odd = ", ".join(sorted(parameters.keys() ^ arrays.keys()))
        raise ValueError(f"arrays must have the names of the network's parameters, but these stand on one side: {odd}")
    for key, parameter in parameters.items():
        shaped(key, np.asarray(arrays[key]), parameter.shape, "that of the network's parameter")
    for key, parameter in parameters.items():
        parameter[...] = arrays[key]


def save(network: Layer | Sequential, path: str | PathLike[str]) -> None:
    """Write all parameters to an .npz file; np.load reads it without pickle."""
    with open(path, "wb") as file:
        np.savez(file, **network.parameters)


def load(network: Layer | Sequential, path: str | PathLike[str]) -> None:
    """Read the parameters of a network of the same layers from an .npz file that `save` wrote.

    Raises:
        ValueError: names or shapes differ.
    """
    with np.load(path, allow_pickle=False) as arrays:
        set_parameters(network, arrays)
