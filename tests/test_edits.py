"""Known mistakes that are edits of a reference, and that they are the mistakes that students write."""

import numpy as np
import pytest

from cnnlib.checks import asks, judge
from cnnlib.checks.edits import instead
from cnnlib.exercises import find


def half(x):
    return x / 2


def total(x, b):
    y = half(x)
    return y + b


def test_another_text_stands_in_the_source():
    assert instead(total, "+ b", "- b")(6, 1) == 2
    assert instead(total, "half(x)", "x", "+ b", "")(6, 1) == 6
    assert total(6, 1) == 4


def test_a_name_means_something_else():
    assert instead(total, half=lambda x: x)(6, b=1) == 7


def test_a_text_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"total has no '\* b' in whose place '- b' could stand"):
        instead(total, "* b", "- b")(6, 1)


def assigned_to_the_winner(dy, x, KH, KW, stride):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*dy.shape):
        window = x[stride * i : stride * i + KH, stride * j : stride * j + KW]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[stride * i + u, stride * j + v] = dy[i, j]
    return dx


def in_rows_of_the_map(dy, x, KH, KW, stride):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(*dy.shape):
        window = x[stride * i : stride * i + KH, stride * j : stride * j + KW]
        u, v = np.unravel_index(np.argmax(window), x.shape)
        dx[stride * i + u, stride * j + v] += dy[i, j]
    return dx


def assigned_to_the_window(dy, shape, KH, KW, stride):
    dx = np.zeros(shape)
    for i, j in np.ndindex(*dy.shape):
        dx[stride * i : stride * i + KH, stride * j : stride * j + KW] = dy[i, j] / KH / KW
    return dx


def counted_on(x, t, epochs):
    w, b, mistakes, count = np.zeros(x.shape[1]), 0.0, [], 0
    for _ in range(epochs):
        for xn, tn in zip(x, t, strict=True):
            if (w @ xn + b > 0) != (tn > 0):
                w, b, count = w + tn * xn, b + tn, count + 1
        mistakes.append(count)
        if not count:
            break
    return w, b, mistakes


def by_picture(net, x, t, angles, rotate):
    upright = np.argmax(net(x), axis=1)
    turned = [np.argmax(net(rotate(x, degrees)), axis=0) for degrees in angles]
    return np.array([np.mean(y == t) for y in turned]), np.array([np.mean(y == upright) for y in turned])


# Programs of students' kind, with the words that must name their mistake.
WRITTEN = {
    "max_pool_backward": [
        (assigned_to_the_winner, "a gradient with = for +="),
        (in_rows_of_the_map, "looked up in rows as long as x's"),
    ],
    "mean_pool_backward": [(assigned_to_the_window, "a gradient with = for +=")],
    "train_perceptron": [(counted_on, "counts that run on from pass to pass")],
    "by_angle": [(by_picture, "an argmax along axis 0")],
}


@pytest.mark.parametrize(
    ("name", "answer", "words"), [(name, *case) for name, cases in WRITTEN.items() for case in cases]
)
def test_a_mistake_is_named_as_it_is_written(name, answer, words):
    findings = judge(find(name), asks(answer)).findings
    causes = [finding.cause for finding in findings if finding.points < finding.possible]
    assert causes
    assert all(words in cause for cause in causes), causes
