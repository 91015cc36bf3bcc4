"""Downhill on bowls, and what depth leaves of a gradient: the two reasons why training can be slow."""

from collections.abc import Callable, Sequence

import numpy as np

from cnnlib.affine import linear
from cnnlib.arguments import Array, LossPullback, Pullback, floats, real, shaped, whole
from cnnlib.training import SGD


def bowl(x: Array, curvature: Sequence[float] = (2.0, 8.0)) -> tuple[np.floating, LossPullback]:
    """A loss that is a bowl, with its lowest point at 0.

    Args:
        x: one point (D,).
        curvature: second derivative along each axis, (D,); (2, 2) is the round bowl x^2 + y^2, (2, 8) is x^2 + 4 y^2.

    Returns:
        loss: half the sum over d of curvature[d] x[d]^2.
        backward: `backward()` is the gradient dx, dx[d] = curvature[d] x[d].

    Raises:
        TypeError: x or curvature does not hold real numbers.
        ValueError: x does not have one axis, or curvature another length.

    Source: Lee, Backpropagation, "Effect of varying slopes in gradient descent".
    """
    x = floats("x", x, "D")
    bend = floats("curvature", np.asarray(curvature, x.dtype), "D")
    shaped("curvature", bend, x.shape, "that of x")

    def backward(dloss: Array | float = 1.0) -> Array:
        return x.dtype.type(dloss) * bend * x

    return (bend * x * x).sum() / 2, backward


def descend(
    gradient: Callable[[Array], Array], start: Array, *, rate: float, momentum: float = 0.0, steps: int = 50
) -> Array:
    """Go downhill, and keep the way: gradient descent as SGD does it.

    Args:
        gradient: takes a point (D,), returns the gradient there, (D,).
        start: the first point (D,).
        rate, momentum: as for SGD.
        steps: how many.

    Returns:
        path: (steps + 1, D), the start first.

    Raises:
        TypeError, ValueError: start does not hold floats in one axis; a number is out of range.

    With momentum 0 and rate η, path[r + 1] = path[r] - η gradient(path[r]). Source: Shi, Video 12.3, the update rule.
    """
    x = floats("start", start, "D").copy()
    optimizer, path = SGD({"x": x}, rate, momentum), [x.copy()]
    for _ in range(whole("steps", steps, 0)):
        optimizer.step({"x": gradient(x)})
        path.append(x.copy())
    return np.array(path)


def newton_step(x: Array, gradient: Array, hessian: Array) -> Array:
    """Jump to where the gradient would be 0 if its slopes, the curvatures, stayed as they are: on a bowl, the bottom.

    Args:
        x: a point (D,).
        gradient: there, (D,).
        hessian: second derivatives there, (D, D), not singular.

    Returns:
        x: (D,), x - hessian^-1 gradient.

    Raises:
        TypeError: an array does not hold floats.
        ValueError: shapes do not match; the hessian is singular.

    Source: Lee, Backpropagation, "Vanishing and exploding gradient problems", which names second-order methods.
    """
    x, gradient, hessian = floats("x", x, "D"), floats("gradient", gradient, "D"), floats("hessian", hessian, "D", "D")
    shaped("gradient", gradient, x.shape, "that of x")
    shaped("hessian", hessian, x.shape * 2, "one row and one column an entry of x")
    try:
        return x - np.linalg.solve(hessian, gradient)
    except np.linalg.LinAlgError:
        raise ValueError(f"hessian must not be singular, got {hessian.tolist()}") from None


def gradient_sizes(
    activation: Callable[[Array], tuple[Array, Pullback[Array]]],
    scale: float,
    *,
    depth: int = 20,
    width: int = 64,
    examples: int = 64,
    seed: int = 0,
) -> Array:
    """How large a gradient still is on its way down through fully connected layers with random weights.

    Args:
        activation: relu, sigmoid, tanh, hardtanh or any operation on one array; after each layer.
        scale: standard deviation of the weights, at least 0; sqrt(2 / width) is He's choice for ReLU.
        depth: number of layers.
        width: units in each, and inputs.
        examples: size of the batch.
        seed: fixes inputs, weights and the gradient at the top, whose entries have size 1.

    Returns:
        sizes: (depth + 1,), sizes[i] the root mean square of the gradient by the input of layer i; sizes[depth] is the
            one by the output.

    Raises:
        TypeError, ValueError: a number is none, or out of range.

    Source: Lee, Backpropagation, "Vanishing and exploding gradient problems".
    """
    depth, width, examples = whole("depth", depth), whole("width", width), whole("examples", examples)
    rng, scale = np.random.default_rng(seed), real("scale", scale, 0)
    a, pullbacks = rng.standard_normal((examples, width)), []
    for _ in range(depth):
        z, layer_backward = linear(a, scale * rng.standard_normal((width, width)))
        a, activation_backward = activation(z)
        pullbacks.append((layer_backward, activation_backward))
    da = rng.standard_normal(a.shape)
    sizes = [da]
    for layer_backward, activation_backward in reversed(pullbacks):
        da, _ = layer_backward(activation_backward(da))
        sizes.append(da)
    return np.array([np.sqrt((gradient * gradient).mean()) for gradient in reversed(sizes)])
