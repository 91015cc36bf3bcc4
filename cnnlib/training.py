"""Training: mini-batches, gradient descent with momentum, the loop around them, and what was learned on disk."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np

from cnnlib.arguments import Array, LossPullback, floats, labels, real, shaped, whole
from cnnlib.losses import cross_entropy
from cnnlib.network import Network


@dataclass
class History:
    """What happened during `fit`.

    Attributes:
        loss: mean loss of each mini-batch, in order.
        accuracy: share of the held-out examples that were right after each epoch.
        interrupted: whether training was stopped before its end.
    """

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    interrupted: bool = False


class SGD:
    """Gradient descent with momentum, in place: v <- momentum v + dw, then w <- w - η v, for every parameter w.

    Args:
        parameters: arrays by name, as a network's.
        rate: learning rate η, at least 0.
        momentum: share of the last step that is kept, at least 0.

    Raises:
        TypeError, ValueError: rate or momentum is not a number of at least 0.

    Source: Shi, Video 12.3, the update rule; Arora, "mini-batches". PyTorch's torch.optim.SGD does the same.
    """

    def __init__(self, parameters: Mapping[str, Array], rate: float, momentum: float = 0.0) -> None:
        self.parameters = parameters
        self.rate, self.momentum = real("rate", rate, 0), real("momentum", momentum, 0)
        self.velocities = {name: np.zeros_like(parameter) for name, parameter in parameters.items()}

    def step(self, gradients: Mapping[str, Array]) -> None:
        """Move every parameter once."""
        for name, parameter in self.parameters.items():
            velocity = self.velocities[name]
            velocity *= self.momentum
            velocity += gradients[name]
            parameter -= self.rate * velocity


def minibatches(x: Array, t: Array, batch_size: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """All examples once, in random order, a batch at a time; the last batch may be smaller.

    Args:
        x: inputs (N, ...).
        t: targets (N, ...).
        batch_size: examples a batch; N or more is full-batch descent, 1 is stochastic descent.
        rng: gives the order.

    Yields:
        x, t: (B, ...) each.

    Raises:
        TypeError, ValueError: batch_size is not a whole number of at least 1; x and t differ in length.
    """
    if len(x) != len(t):
        raise ValueError(f"t must have one target for each of the {len(x)} examples of x, got {len(t)}")
    order = rng.permutation(len(x))
    for start in range(0, len(x), whole("batch_size", batch_size)):
        chosen = order[start : start + batch_size]
        yield x[chosen], t[chosen]


def fit(
    network: Network,
    x: Array,
    t: Array,
    *,
    epochs: int = 10,
    batch_size: int = 32,
    rate: float = 0.05,
    momentum: float = 0.9,
    loss: Callable[[Array, Array], tuple[np.floating, LossPullback]] = cross_entropy,
    held_out: tuple[Array, Array] | None = None,
    seed: int = 0,
    progress: bool = True,
) -> History:
    """Train a network in place.

    Args:
        network: a layer or Sequential.
        x: inputs (N, ...), of the network's dtype.
        t: targets, as the loss takes them.
        epochs: passes over all examples.
        batch_size: examples a step.
        rate, momentum: of gradient descent, see SGD.
        loss: takes the network's outputs and targets; its value is a mean over the batch.
        held_out: inputs and labels to measure the accuracy on, after each epoch.
        seed: fixes the order of the examples.
        progress: whether to show a progress bar.

    Returns:
        history: losses and accuracies. Interrupting (KeyboardInterrupt, the stop button) ends training early, says so,
            and keeps what was learned.

    Raises:
        TypeError, ValueError: a number is out of range, or shapes or dtypes do not fit the network.

    Source: Raj, Convolutional Networks III, "Recap: Problem Setup"; Shi, Video 12.5, "Training Batch".
    """
    from tqdm.auto import tqdm  # here, so that importing the package stays cheap

    x, epochs = floats("x", x), whole("epochs", epochs)
    rng, optimizer, history = np.random.default_rng(seed), SGD(network.parameters, rate, momentum), History()
    steps = epochs * -(-len(x) // whole("batch_size", batch_size))
    silent = not progress or "TQDM_DISABLE" in os.environ  # tqdm's own bar in a notebook does not ask for it
    with tqdm(total=steps, disable=silent, unit="step") as bar:
        try:
            for _ in range(epochs):
                for inputs, targets in minibatches(x, t, batch_size, rng):
                    outputs, backward = network(inputs)
                    value, loss_backward = loss(outputs, targets)
                    optimizer.step(backward(loss_backward(), input_gradient=False)[1])
                    history.loss.append(float(value))
                    bar.update()
                if held_out is not None:
                    history.accuracy.append(accuracy(network, *held_out))
                    bar.set_postfix_str(f"held out {history.accuracy[-1]:.2%}")
        except KeyboardInterrupt:
            history.interrupted = True
            bar.write(f"Interrupted after {len(history.loss)} of {steps} steps; what was learned until then is kept.")
    return history


def predict(network: Network, x: Array, *, batch_size: int = 256) -> Array:
    """The network's outputs, a batch at a time.

    Args:
        network: a layer or Sequential.
        x: inputs (N, ...), N at least 1.
        batch_size: examples at once.

    Returns:
        y: (N, ...).

    Raises:
        TypeError, ValueError: x is empty, or does not fit the network; batch_size is not a whole number of at least 1.
    """
    x, size = floats("x", x), whole("batch_size", batch_size)
    if not len(x):
        raise ValueError(f"x must hold at least one example, got shape {x.shape}")
    return np.concatenate([network(x[start : start + size])[0] for start in range(0, len(x), size)])


def accuracy(network: Network, x: Array, t: Array) -> float:
    """Share of the examples whose largest output stands at their label.

    Args:
        network: a layer or Sequential with outputs (N, M).
        x: inputs (N, ...), N at least 1.
        t: labels (N,).

    Raises:
        TypeError, ValueError: x is empty, or does not fit the network; t is not one label an example.
    """
    return float(np.trace(confusion(network, x, t)) / len(x))


def confusion(network: Network, x: Array, t: Array) -> Array:
    """Count which label was taken for which.

    Args:
        network: a layer or Sequential with outputs (N, M).
        x: inputs (N, ...), N at least 1.
        t: labels (N,).

    Returns:
        counts: (M, M), row true label, column answer; the diagonal is what was right.

    Raises:
        TypeError, ValueError: as accuracy.
    """
    outputs = predict(network, x)
    classes = outputs.shape[1]
    t = labels("t", np.asarray(t), len(x), classes)
    return np.bincount(classes * t + outputs.argmax(1), minlength=classes**2).reshape(classes, classes)


def set_parameters(network: Network, arrays: Mapping[str, Any]) -> None:
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


def save(network: Network, path: str | PathLike[str]) -> None:
    """Write all parameters to an .npz file; np.load reads it without pickle."""
    with open(path, "wb") as file:
        np.savez(file, **dict[str, Any](network.parameters))


def load(network: Network, path: str | PathLike[str]) -> None:
    """Read the parameters of a network of the same layers from an .npz file that `save` wrote.

    Raises:
        ValueError: names or shapes differ.
    """
    with np.load(path, allow_pickle=False) as arrays:
        set_parameters(network, arrays)
