"""Bad input: each kind is refused with the argument's name, what was given, and what would fit."""

import re

import numpy as np
import pytest

import cnnlib
from cnnlib import data, gradients, network, training

X1, X2 = np.ones((2, 3, 8)), np.ones((2, 3, 8, 7))
W1, W2, WT = np.ones((4, 3, 3)), np.ones((4, 3, 3, 2)), np.ones((3, 4, 3, 2))
B = np.ones(4)
X, W = np.ones((5, 3)), np.ones((4, 3))
LABELS = np.array([0, 1, 2, 0, 1])


def refused(call, error, *needles):
    return pytest.param(call, error, needles, id=" ".join(needles)[:70])


BAD = [
    # arrays: rank, dtype
    refused(lambda: cnnlib.conv2d(X2[0], W2), ValueError, "x must have the axes (N, C, H, W)", "(3, 8, 7)"),
    refused(lambda: cnnlib.conv2d(X2, W2[0]), ValueError, "w must have the axes (F, C, KH, KW)", "(3, 3, 2)"),
    refused(lambda: cnnlib.conv1d(X2, W1), ValueError, "x must have the axes (N, C, L)", "(2, 3, 8, 7)"),
    refused(lambda: cnnlib.conv_transpose2d(X2, W1), ValueError, "w must have the axes (C, F, KH, KW)", "(4, 3, 3)"),
    refused(lambda: cnnlib.max_pool2d(X1, 2), ValueError, "x must have the axes (N, C, H, W)", "(2, 3, 8)"),
    refused(lambda: cnnlib.linear(X2, W), ValueError, "x must have the axes (N, D)", "(2, 3, 8, 7)"),
    refused(lambda: cnnlib.flatten(np.ones(3)), ValueError, "x must have at least two axes", "(3,)"),
    refused(lambda: cnnlib.softmax(np.float64(1)), ValueError, "z must have a last axis", "()"),
    refused(lambda: cnnlib.softmax(np.ones((2, 0))), ValueError, "at least one class", "(2, 0)"),
    refused(
        lambda: cnnlib.conv2d(X2.astype(np.uint8), W2), TypeError, "x must hold float32 or float64", "uint8", "astype"
    ),
    refused(lambda: cnnlib.conv2d(X2, W2.astype(int)), TypeError, "w must hold float32 or float64", "int64"),
    refused(lambda: cnnlib.relu(np.array([1, None])), TypeError, "z must hold float32 or float64", "object"),
    refused(lambda: cnnlib.sigmoid(np.ones(2, complex)), TypeError, "z must hold float32", "complex128"),
    refused(lambda: cnnlib.tanh(np.ones(2, np.float16)), TypeError, "z must hold float32 or float64", "float16"),
    refused(lambda: cnnlib.hardtanh("text"), TypeError, "z must hold float32 or float64", "<U4"),
    refused(lambda: cnnlib.step(np.ones(3, bool)), TypeError, "z must hold float32 or float64", "bool"),
    refused(
        lambda: cnnlib.conv2d(X2.astype(np.float32), W2), TypeError, "must share one dtype", "x float32", "w float64"
    ),
    refused(lambda: cnnlib.linear(X, W, np.ones(4, np.float32)), TypeError, "must share one dtype", "b float32"),
    refused(lambda: cnnlib.correlate2d(np.array([["a"]]), W), TypeError, "x must hold whole or real numbers", "<U1"),
    # shapes that do not match
    refused(lambda: cnnlib.conv2d(X2, W2[:, :2]), ValueError, "w must have C = 3", "(2, 3, 8, 7)", "(4, 2, 3, 2)"),
    refused(lambda: cnnlib.conv1d(X1, W1[:, :1]), ValueError, "w must have C = 3", "(4, 1, 3)"),
    refused(lambda: cnnlib.conv_transpose2d(X2, W2), ValueError, "w must have C = 3", "(4, 3, 3, 2)", "C, F, KH, KW"),
    refused(
        lambda: cnnlib.conv2d(X2, W2, B[:3]),
        ValueError,
        "b must have shape (4,)",
        "one bias for each of the F outputs",
        "(3,)",
    ),
    refused(lambda: cnnlib.conv2d(X2, W2, B[None]), ValueError, "b must have the axes (F)", "(1, 4)"),
    refused(lambda: cnnlib.conv2d(X2, W2[:, :, :0]), ValueError, "w must hold at least one weight", "(4, 3, 0, 2)"),
    refused(lambda: cnnlib.linear(X, W[:, :2]), ValueError, "w must have D = 3", "(5, 3)", "(4, 2)"),
    refused(lambda: cnnlib.linear(X, W, np.ones(3)), ValueError, "b must have shape (4,)", "(3,)"),
    refused(lambda: cnnlib.mse_loss(X, X[:, :1]), ValueError, "t must have shape (5, 3)", "(5, 1)"),
    refused(lambda: cnnlib.threshold_unit(X, B, 0.0), ValueError, "w must have shape (3,)", "(4,)"),
    refused(lambda: cnnlib.conv2d(X2, W2)[1](np.ones((2, 4, 8, 7))), ValueError, "dy must have shape (2, 4, 6, 6)"),
    refused(lambda: cnnlib.relu(X)[1](X.T), ValueError, "da must have shape (5, 3)", "(3, 5)"),
    refused(lambda: cnnlib.relu(X)[1](X * 1j), TypeError, "da must hold real numbers", "complex128"),
    # kernels and windows that do not fit
    refused(lambda: cnnlib.conv2d(X2, np.ones((4, 3, 9, 2))), ValueError, "(9, 2)", "(8, 7)", "at most (8, 7)"),
    refused(
        lambda: cnnlib.conv2d(X2, np.ones((4, 3, 3, 12)), padding=2), ValueError, "at most (12, 11)", "padding (2, 2)"
    ),
    refused(lambda: cnnlib.conv1d(X1, np.ones((4, 3, 9))), ValueError, "(9,)", "at most (8,)"),
    refused(lambda: cnnlib.max_pool2d(X2, (2, 8)), ValueError, "(2, 8)", "at most (8, 7)"),
    refused(
        lambda: cnnlib.max_pool2d(X2, 3, padding=2), ValueError, "padding must be at most half", "(3, 3)", "(2, 2)"
    ),
    refused(lambda: cnnlib.conv_transpose2d(X2[:, :, :1], WT, padding=(2, 0)), ValueError, "padding (2, 0)", "(3, 8)"),
    refused(lambda: cnnlib.output_size(4, 5), ValueError, "(5,)", "at most (4,)"),
    refused(lambda: cnnlib.toeplitz(W, (3, 3)), ValueError, "(4, 3)", "at most (3, 3)"),
    # sizes, strides, paddings, numbers
    refused(lambda: cnnlib.conv2d(X2, W2, stride=0), ValueError, "stride must be at least 1, got 0"),
    refused(lambda: cnnlib.conv2d(X2, W2, stride=(1, 0)), ValueError, "stride[1] must be at least 1, got 0"),
    refused(lambda: cnnlib.conv2d(X2, W2, stride=1.0), TypeError, "stride must be a whole number", "1.0"),
    refused(
        lambda: cnnlib.conv2d(X2, W2, stride=(1, 2, 3)), ValueError, "stride", "a pair (rows, columns)", "(1, 2, 3)"
    ),
    refused(lambda: cnnlib.conv2d(X2, W2, padding=-1), ValueError, "padding must be at least 0, got -1"),
    refused(lambda: cnnlib.conv2d(X2, W2, padding="same"), TypeError, "padding must be a whole number", "'same'"),
    refused(lambda: cnnlib.conv1d(X1, W1, stride=(1, 1)), TypeError, "stride must be a whole number", "(1, 1)"),
    refused(lambda: cnnlib.conv1d(X1, W1, padding=True), TypeError, "padding must be a whole number", "True"),
    refused(lambda: cnnlib.avg_pool2d(X2, 0), ValueError, "kernel_size must be at least 1, got 0"),
    refused(lambda: cnnlib.avg_pool2d(X2, (2, 1.5)), TypeError, "kernel_size[1] must be a whole number", "1.5"),
    refused(lambda: cnnlib.lp_pool2d(X2, 0.5, 2), ValueError, "p must be finite and at least 1, got 0.5"),
    refused(lambda: cnnlib.lp_pool2d(X2, np.inf, 2), ValueError, "p must be finite", "inf"),
    refused(lambda: cnnlib.lp_pool2d(X2, "2", 2), TypeError, "p must be a number", "'2'"),
    refused(lambda: cnnlib.upsample(X2, 0), ValueError, "stride must be at least 1, got 0"),
    refused(lambda: cnnlib.receptive_field([(3, 0)]), ValueError, "stride must be at least 1, got 0"),
    # labels and probabilities
    refused(lambda: cnnlib.cross_entropy(X, LABELS + 1), ValueError, "targets must be labels from 0 to 2, got 3"),
    refused(lambda: cnnlib.cross_entropy(X, LABELS - 1), ValueError, "labels from 0 to 2, got -1"),
    refused(lambda: cnnlib.cross_entropy(X, LABELS[:4]), ValueError, "targets must have shape (5,)", "(4,)"),
    refused(lambda: cnnlib.cross_entropy(X, LABELS.astype(float)), TypeError, "labels", "whole numbers", "float64"),
    refused(lambda: cnnlib.cross_entropy(X, np.full((5, 3), 0.5)), ValueError, "add up to 1", "row 0 adds up to 1.5"),
    refused(lambda: cnnlib.cross_entropy(X, np.array([[2.0, -1, 0]] * 5)), ValueError, "must not be negative", "-1"),
    refused(lambda: cnnlib.cross_entropy(X, np.eye(5)), ValueError, "targets must have shape (5, 3)", "(5, 5)"),
    refused(lambda: cnnlib.cross_entropy(X[0], LABELS), ValueError, "logits must have the axes (N, M)", "(3,)"),
    # kernels, perceptron, training, data, checks
    refused(lambda: cnnlib.separate(np.eye(2)), ValueError, "not separable", "rank is 2"),
    refused(lambda: cnnlib.separate(np.ones((0, 2))), ValueError, "w must hold at least one weight", "(0, 2)"),
    refused(lambda: cnnlib.perceptron_step(B, 0.0, B, 0), ValueError, "t must be -1 or +1, got 0"),
    refused(lambda: cnnlib.train_perceptron(X, np.ones(5), rate=0), ValueError, "rate must be above 0, got 0"),
    refused(lambda: cnnlib.train_perceptron(X, np.ones(4)), ValueError, "t must have shape (5,)", "(4,)"),
    refused(lambda: cnnlib.mistake_bound(X, -np.ones(5), np.ones(3), 0.0), ValueError, "must separate", "example 0"),
    refused(lambda: training.SGD({}, -0.1), ValueError, "rate must be finite and at least 0, got -0.1"),
    refused(lambda: training.SGD({}, 0.1, np.nan), ValueError, "momentum must be finite", "nan"),
    refused(lambda: network.Linear(0, 3), ValueError, "inputs must be at least 1, got 0"),
    refused(lambda: network.Conv2d(1, 2.0, 3), TypeError, "filters must be a whole number, got 2.0"),
    refused(lambda: data.gate("NOR"), ValueError, "name must be one of AND, OR, NAND, XOR, NOT", "'NOR'"),
    refused(lambda: data.clouds(0), ValueError, "count must be at least 1, got 0"),
    refused(lambda: data.clouds(5, gap=-1), ValueError, "gap must be finite and at least 0, got -1"),
    refused(
        lambda: gradients.central_difference(np.sum, np.ones(2, np.float32)),
        TypeError,
        "x must hold float64",
        "float32",
    ),
    refused(lambda: gradients.central_difference(np.sum, X, h=0), ValueError, "h must be above 0, got 0"),
    refused(lambda: gradients.relative_error(X, X[:1]), ValueError, "one shape", "(5, 3) and (1, 3)"),
]


@pytest.mark.parametrize(("call", "error", "needles"), BAD)
def test_bad_input_is_refused_by_name(call, error, needles):
    with pytest.raises(error, match=re.escape(needles[0])) as caught:
        call()
    message = str(caught.value)
    assert [needle for needle in needles if needle not in message] == [], message
