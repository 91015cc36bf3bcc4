"""From logits to probabilities to a loss, in the forms that cannot overflow."""

import numpy as np

from cnnlib.arguments import Array, LossPullback, Pullback, floats, labels, probabilities, same_dtype, shaped, upstream


def softmax(z: Array) -> tuple[Array, Pullback[Array]]:
    """Turn logits into probabilities, over the last axis.

    Args:
        z: logits (..., M).

    Returns:
        y: same shape, exp(z_j) / sum over r of exp(z_r). The largest logit is taken off first: adding a constant
            changes nothing, and exp(0) is the largest exponential left.
        backward: maps dy to dz = y (dy - sum over j of dy_j y_j), the Jacobian diag(y) - y y^T without writing it out.

    Raises:
        TypeError: z is not float32 or float64.
        ValueError: z has no last axis, or an empty one.

    Source: Arora, Neural Networks, "Gradient of Softmax with respect to logits".
    """
    z = _logits("z", z)
    y = np.exp(z - z.max(-1, keepdims=True))
    y /= y.sum(-1, keepdims=True)

    def backward(dy: Array) -> Array:
        dy = upstream(dy, y)
        return y * (dy - (dy * y).sum(-1, keepdims=True))

    return y, backward


def log_softmax(z: Array) -> tuple[Array, Pullback[Array]]:
    """Turn logits into logarithms of probabilities, over the last axis, without passing through a 0.

    Args:
        z: logits (..., M).

    Returns:
        y: same shape, z_j - log sum over r of exp(z_r).
        backward: maps dy to dz = dy - softmax(z) sum over j of dy_j.

    Raises:
        TypeError: z is not float32 or float64.
        ValueError: z has no last axis, or an empty one.

    Source: Arora, Neural Networks, "Alternate form of softmax".
    """
    z = _logits("z", z)
    y = z - z.max(-1, keepdims=True)
    y -= np.log(np.exp(y).sum(-1, keepdims=True))

    def backward(dy: Array) -> Array:
        dy = upstream(dy, y)
        return dy - np.exp(y) * dy.sum(-1, keepdims=True)

    return y, backward


def cross_entropy(logits: Array, targets: Array) -> tuple[np.floating, LossPullback]:
    """The mean surprise at the right answers, from logits.

    Args:
        logits: z (N, M).
        targets: t, labels (N,), whole numbers from 0 to M - 1; or probabilities (N, M), each row adding up to 1.

    Returns:
        loss: -1/N sum over n, j of t[n, j] log y[n, j], where y = softmax(z) and a label is a row of 0 with one 1. An
            empty batch costs 0.
        backward: `backward()` is dz (N, M) = (y - t) / N; it takes the slope of what follows the loss, if any.

    Raises:
        TypeError: logits are not float32 or float64, labels are not whole numbers.
        ValueError: shapes do not match, a label is out of range, a probability is negative, a row does not add up to 1.

    Source: Arora, Neural Networks, "Cross Entropy"; Shi, Video 12.3, y_hat - y; Raj, "Recap: Problem Setup".
    """
    logits = _logits("logits", floats("logits", logits, "N", "M"))
    count, classes = logits.shape
    targets = np.asarray(targets)
    hot = np.zeros_like(logits)
    if targets.ndim == 1:
        hot[np.arange(count), labels("targets", targets, count, classes)] = 1
    else:
        hot[...] = probabilities("targets", targets, logits.shape)
    log_y, _ = log_softmax(logits)
    loss = -(hot * log_y).sum() / max(count, 1)

    def backward(dloss: Array | float = 1.0) -> Array:
        return (np.exp(log_y) - hot) * log_y.dtype.type(dloss / max(count, 1))

    return loss, backward


def mse_loss(y: Array, t: Array) -> tuple[np.floating, LossPullback]:
    """The mean square of what is missing.

    Args:
        y: predictions, any shape.
        t: targets, the same shape.

    Returns:
        loss: the mean of (y - t)^2 over all entries. An empty batch costs 0.
        backward: `backward()` is dy = 2 (y - t) / number of entries; as cross_entropy's it takes a slope.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ.
        ValueError: the shapes differ; nothing is broadcast.

    Source: Lee, Backpropagation (1/9), which takes half the sum instead.
    """
    y, t = floats("y", y), floats("t", t)
    shaped("t", t, y.shape, "that of y")
    same_dtype(y=y, t=t)
    missing, count = y - t, max(y.size, 1)

    def backward(dloss: Array | float = 1.0) -> Array:
        return missing * y.dtype.type(2 * dloss / count)

    return (missing * missing).sum() / count, backward


def _logits(name: str, z: Array) -> Array:
    z = floats(name, z)
    if not z.ndim or not z.shape[-1]:
        raise ValueError(f"{name} must have a last axis of at least one class, got shape {z.shape}")
    return z
