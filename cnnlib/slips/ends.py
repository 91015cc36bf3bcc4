"""Indices that run one step too far, or not far enough."""

import numpy as np

from cnnlib.kernels import convolve2d, correlate2d
from cnnlib.losses import softmax
from cnnlib.slips.claim import Trial, claim
from cnnlib.slips.examples import ARORA


@claim(
    "Lee",
    "Backpropagation (2/9)",
    printed="(H − k₁ − 1) × (H − k₂ − 1)",
    right="(H − KH + 1) × (W − KW + 1)",
    why="The kernel's corner can stand in rows 0 to H − KH, which is one more. And columns are counted by W.",
    kind="misprint",
    lecture="04_convolution",
)
def size_of_a_map() -> Trial:
    H, W, KH, KW = 5, 7, 3, 2
    return Trial(
        asked="size of the map, a 3 × 2 kernel on a 5 × 7 picture",
        printed=(H - KH - 1, H - KW - 1),
        right=(H - KH + 1, W - KW + 1),
        measured=(sum(i + KH <= H for i in range(H)), sum(j + KW <= W for j in range(W))),
    )


@claim(
    "Shi",
    "2D convolution; Summary",
    printed="Σ from m = 0 to M, Σ from n = 0 to N, for weights “of size MxN”",
    right="m = 0 … KH − 1, n = 0 … KW − 1",
    why="Counted from 0, the last of KH rows is KH − 1.",
    kind="formula",
    lecture="04_convolution",
)
def weights_in_a_sum() -> Trial:
    w = np.ones((3, 3))
    return Trial(
        asked="how many weights the sum over a 3 × 3 kernel asks for",
        printed=len([(u, v) for u in range(3 + 1) for v in range(3 + 1)]),
        right=len([(u, v) for u in range(3) for v in range(3)]),
        measured=w.size,
    )


@claim(
    "Shi",
    "Videos 12.4 and 12.5: the kernel's gradient",
    printed="∂L/∂g_ij = Σ from y = 0 to H, Σ from x = 0 to W",
    right="y = 0 … OH − 1, x = 0 … OW − 1",
    why="One product for each output. With H and W the size of the picture, even more places do not exist.",
    kind="formula",
    lecture="06_conv2d_backprop",
)
def places_in_a_sum() -> Trial:
    y = correlate2d(np.ones((4, 7)), np.ones((3, 3)))
    OH, OW = 4 - 3 + 1, 7 - 3 + 1
    return Trial(
        asked="how many products make one weight's gradient, H and W read as the map's 2 rows and 5 columns",
        printed=len([(i, j) for i in range(OH + 1) for j in range(OW + 1)]),
        right=OH * OW,
        measured=y.size,
    )


@claim(
    "Lee",
    "Convolution & Cross correlation, equation 3",
    printed="I(i + m, j + n) K(−m, −n), summed from m = n = 0 upwards",
    right="u from −(KH − 1) to 0, v from −(KW − 1) to 0",
    why="Upwards from 0, only K(0, 0) has an index that exists.",
    kind="formula",
    lecture="04_convolution",
)
def sum_with_one_weight() -> Trial:
    x, w = ARORA
    i, j = 2, 2
    steps = [(u, v) for u in range(-2, 1) for v in range(-2, 1)]
    return Trial(
        asked="Arora's picture and kernel, truly convolved, at (2, 2)",
        printed=sum(x[i + u, j + v] * w[-u, -v] for u, v in steps if u >= 0 and v >= 0),
        right=sum(x[i + u, j + v] * w[-u, -v] for u, v in steps),
        measured=convolve2d(x, w)[0, 0],
    )


@claim(
    "Raj",
    "The flipped filter",
    printed="w(m, n, K + 1 − x, K + 1 − y)",
    right="w(m, n, K − 1 − x, K − 1 − y)",
    why="K + 1 − x counts from 1; the worked example on the slides before counts from 0.",
    kind="misprint",
    lecture="06_conv2d_backprop",
)
def flipped_index() -> Trial:
    K = 3
    return Trial(
        asked="where the weights 0, 1, 2 of a row stand after the flip",
        printed=[K + 1 - x for x in range(K)],
        right=[K - 1 - x for x in range(K)],
        measured=np.flip(np.arange(K)),
    )


@claim(
    "Arora",
    "Softmax",
    printed="Σ from j = 0 to k, with logits [a₁, …, a_k]",
    right="j = 1 … k, or logits a₀ … a_(k−1) and j = 0 … k − 1",
    why="There is no a₀ in the list. His slide for two classes counts from 0, so either end may be the slip.",
    kind="misprint",
    lecture="08_softmax",
)
def softmax_from_zero() -> Trial:
    a = np.array([1.0, 2, 3])
    return Trial(
        asked="sum of the probabilities for a = (1, 2, 3), if a₀ were 0",
        printed=np.sum(np.exp(a) / np.sum(np.exp([0, *a]))),
        right=np.sum(np.exp(a) / np.sum(np.exp(a))),
        measured=softmax(a[None])[0][0].sum(),
    )


@claim(
    "Raj",
    "Max Pooling; Mean pooling",
    printed="k ∈ {i, i + K − 1}, n ∈ {j, j + K − 1}",
    right="k = i … i + K − 1, n = j … j + K − 1",
    why="Braces with two entries name two ends. The window is all between them.",
    kind="transcript",
    lecture="07_pooling",
)
def two_ends_of_a_window() -> Trial:
    x = np.array([[1.0, 1, 1], [1, 5, 1], [1, 1, 1]])
    ends = x[np.ix_([0, 2], [0, 2])]
    return Trial(
        asked="mean and maximum of a 3 × 3 window of ones with a 5 in the middle",
        printed=(ends.sum() / 9, ends.max()),
        right=(sum(x[k, n] for k in range(3) for n in range(3)) / 9, max(x[k, n] for k in range(3) for n in range(3))),
        measured=(x.mean(), x.max()),
    )


@claim(
    "Raj",
    "Resampling; The Upsampling Layer",
    printed="S − 1 zeros “between adjacent entries”; the map grows “by S”",
    right="S (L − 1) + 1 places; S L only with S − 1 zeros after the last entry too",
    why="Between 3 entries there are 2 gaps. The way back of a stride needs as many places as the dense output had.",
    kind="wording",
    lecture="07_pooling",
)
def zeros_between() -> Trial:
    x, S = [1, 2, 3], 2
    spread = [entry for value in x for entry in (*[0] * (S - 1), value)][S - 1 :]  # zeros before each but the first
    return Trial(
        asked="length of (1, 2, 3) with one zero between its entries",
        printed=S * len(x),
        right=S * (len(x) - 1) + 1,
        measured=len(spread),
    )
