"""From logits to probabilities to a loss, in the forms that cannot overflow."""

import numpy as np

from cnnlib.arguments import Array, Pullback, floats, labels, probabilities, same_dtype, shaped, upstream


def softmax(x: Array) -> tuple[Array, Pullback]:
    """Turn logits into probabilities, over the last axis.

    Args:
        x: logits (..., K).

    Returns:
        y: same shape, exp(x_i) / sum over j of exp(x_j). The largest logit is taken off first: adding a constant
            changes nothing, and exp(0) is the largest exponential left.
        backward: maps dy to dx = y (dy - sum over j of dy_j y_j), the Jacobian diag(y) - y y^T without writing it out.

    Raises:
        TypeError: x is not float32 or float64.
        ValueError: x has no last axis, or an empty one.

    Source: Arora, Neural Networks, "Gradient of Softmax with respect to logits".
    """
    x = _logits("x", x)
    y = np.exp(x - x.max(-1, keepdims=True))
    y /= y.sum(-1, keepdims=True)

    def backward(dy: Array) -> Array:
        dy = upstream(dy, y)
        return y * (dy - (dy * y).sum(-1, keepdims=True))

    return y, backward


def log_softmax(x: Array) -> tuple[Array, Pullback]:
    """Turn logits into logarithms of probabilities, over the last axis, without passing through a 0.

    Args:
        x: logits (..., K).

    Returns:
        y: same shape, x_i - log sum over j of exp(x_j).
        backward: maps dy to dx = dy - softmax(x) sum over j of dy_j.

    Raises:
        TypeError: x is not float32 or float64.
        ValueError: x has no last axis, or an empty one.

    Source: Arora, Neural Networks, "Alternate form of softmax".
    """
    x = _logits("x", x)
    y = x - x.max(-1, keepdims=True)
    y -= np.log(np.exp(y).sum(-1, keepdims=True))

    def backward(dy: Array) -> Array:
        dy = upstream(dy, y)
        return dy - np.exp(y) * dy.sum(-1, keepdims=True)

    return y, backward


def cross_entropy(logits: Array, targets: Array) -> tuple[np.floating, Pullback]:
    """The mean surprise at the right answers, from logits.

    Args:
        logits: (N, K).
        targets: labels (N,), whole numbers from 0 to K - 1; or probabilities (N, K), each row adding up to 1.

    Returns:
        loss: -1/N sum over n, k of targets[n, k] log softmax(logits)[n, k]. An empty batch costs 0.
        backward: called without arguments, or with the gradient of what follows the loss, it gives
            dlogits (N, K) = (softmax(logits) - targets) / N.

    Raises:
        TypeError: logits are not float32 or float64, labels are not whole numbers.
        ValueError: shapes do not match, a label is out of range, a probability is negative, a row does not add up to 1.

    Source: Arora, Neural Networks, "Cross Entropy"; Shi, Video 12.3, y_hat - y; Raj, "Recap: Problem Setup".
    """
    logits = _logits("logits", floats("logits", logits, "N", "K"))
    count, classes = logits.shape
    targets = np.asarray(targets)
    hot = np.zeros_like(logits)
    if targets.ndim == 1:
        hot[np.arange(count), labels("targets", targets, count, classes)] = 1
    else:
        hot[...] = probabilities("targets", targets, logits.shape)
    log_y, _ = log_softmax(logits)
    loss = -(hot * log_y).sum() / max(count, 1)

    def backward(dloss: float = 1.0) -> Array:
        return (np.exp(log_y) - hot) * log_y.dtype.type(dloss / max(count, 1))

    return loss, backward


def mse_loss(y: Array, t: Array) -> tuple[np.floating, Pullback]:
    """The mean square of what is missing.

    Args:
        y: predictions, any shape.
        t: targets, the same shape.

    Returns:
        loss: the mean of (y - t)^2 over all entries. An empty batch costs 0.
        backward: called without arguments, or with the gradient of what follows the loss, it gives
            dy = 2 (y - t) / number of entries.

    Raises:
        TypeError: an array is not float32 or float64, or the dtypes differ.
        ValueError: the shapes differ; nothing is broadcast.

    Source: Lee, Backpropagation (1/9), which takes half the sum instead.
    """
    y, t = floats("y", y), floats("t", t)
    shaped("t", t, y.shape, "that of y")
    same_dtype(y=y, t=t)
    missing, count = y - t, max(y.size, 1)

    def backward(dloss: float = 1.0) -> Array:
        return missing * y.dtype.type(2 * dloss / count)

    return (missing * missing).sum() / count, backward


def _logits(name: str, x: Array) -> Array:
    x = floats(name, x)
    if not x.ndim or not x.shape[-1]:
        raise ValueError(f"{name} must have a last axis of at least one class, got shape {x.shape}")
    return x
