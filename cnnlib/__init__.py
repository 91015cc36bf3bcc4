"""From the perceptron to a trained CNN: the mathematics of the course, in pure NumPy.

Every differentiable operation returns its value and its pullback: `y, backward = conv2d(x, w, b)`, then
`dx, dw, db = backward(dy)`. `Pullback` in arguments.py says all about it. To read the code, begin with affine.py; go on
with network.py, then with `plain_conv2d` in convolution.py, and with products.py, which makes it fast.
"""

from cnnlib.activations import hardtanh, relu, sigmoid, step, tanh
from cnnlib.affine import flatten, linear
from cnnlib.convolution import conv1d, conv2d, conv_transpose2d, plain_conv2d
from cnnlib.kernels import convolve2d, correlate2d, im2col, output_size, receptive_field, separate, toeplitz
from cnnlib.losses import cross_entropy, log_softmax, mse_loss, softmax
from cnnlib.perceptron import mistake_bound, perceptron_step, threshold_unit, train_perceptron
from cnnlib.pooling import avg_pool2d, downsample, lp_pool2d, max_pool2d, upsample

__all__ = [
    "avg_pool2d",
    "conv1d",
    "conv2d",
    "conv_transpose2d",
    "convolve2d",
    "correlate2d",
    "cross_entropy",
    "downsample",
    "flatten",
    "hardtanh",
    "im2col",
    "linear",
    "log_softmax",
    "lp_pool2d",
    "max_pool2d",
    "mistake_bound",
    "mse_loss",
    "output_size",
    "perceptron_step",
    "plain_conv2d",
    "receptive_field",
    "relu",
    "separate",
    "sigmoid",
    "softmax",
    "step",
    "tanh",
    "threshold_unit",
    "toeplitz",
    "train_perceptron",
    "upsample",
]
