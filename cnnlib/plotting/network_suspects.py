"""Lecture 09's bug hunt: five programs that train the same small network, with one fault each."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cnnlib.arguments import Array
from cnnlib.data import digits
from cnnlib.losses import cross_entropy
from cnnlib.recipe import build

Batch = tuple[Array, Array]
Run = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Fault:
    """What a program does otherwise than it should."""

    rate: float = 0.5
    examples: int = 400
    epochs: int = 4
    apart: bool = False  # pictures are shuffled, labels are not
    in_order: bool = False  # digits come sorted by class


FAULTS = (
    Fault(apart=True),
    Fault(examples=30, epochs=60, rate=0.3),
    Fault(rate=0.01),
    Fault(rate=-0.04),
    Fault(rate=0.1, in_order=True),
)
BATCH, MARKS, WATCHED = 10, 40, 150  # examples a step, places on a curve, digits that a loss is measured on
TOO_HIGH = 20.0  # a loss at which a program is stopped


def runs() -> list[Run]:
    """Epochs, loss on its own digits and on others, of each program."""
    return [_train(fault) for fault in FAULTS]


def _train(fault: Fault) -> Run:
    data = digits()
    x, t = data.x_train[: fault.examples].astype(float), data.t_train[: fault.examples]
    some = np.random.default_rng(0).permutation(len(x))[:WATCHED]
    watched = (x[some], t[some]), (data.x_test[:WATCHED].astype(float), data.t_test[:WATCHED])
    network = build("conv 4, relu, pool, conv 8, relu, pool, flatten, linear 10", seed=2, dtype=np.float64)
    network.parameters["7.weight"][...] *= 0.1
    curve = []
    steps = [batch for epoch in range(fault.epochs) for batch in _batches(x, t, fault, epoch)]
    for done, (inputs, targets) in enumerate(steps):
        if done % (len(steps) // MARKS) == 0:
            losses = [float(cross_entropy(network(pictures)[0], labels)[0]) for pictures, labels in watched]
            curve.append((done * fault.epochs / len(steps), *losses))
            if losses[0] > TOO_HIGH:
                break
        outputs, backward = network(inputs)
        gradients = backward(cross_entropy(outputs, targets)[1](), input_gradient=False)[1]
        for name, parameter in network.parameters.items():
            parameter -= fault.rate * gradients[name]
    epochs, own, others = np.array(curve).T
    return epochs, own, others


def _batches(x: Array, t: Array, fault: Fault, epoch: int) -> Iterator[Batch]:
    rng = np.random.default_rng(epoch)
    order = np.argsort(t, kind="stable") if fault.in_order else rng.permutation(len(x))
    labels = rng.permutation(len(x)) if fault.apart else order
    for start in range(0, len(x), BATCH):
        yield x[order[start : start + BATCH]], t[labels[start : start + BATCH]]
