"""The perceptron, its learning rule and the data that it can and cannot learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import steady

from cnnlib import mistake_bound, perceptron_step, threshold_unit, train_perceptron
from cnnlib.data import clouds, gate

BY_HAND = {"AND": ((1, 1), -1.5), "OR": ((1, 1), -0.5), "NAND": ((-1, -1), 1.5), "NOT": ((-1,), 0.5)}


@pytest.mark.parametrize("name", BY_HAND)
def test_hand_chosen_weights_compute_the_gates(name):
    (x, t), (w, b) = gate(name), BY_HAND[name]
    assert threshold_unit(x, np.array(w, float), b).tolist() == t.tolist()


def test_arora_s_two_layers_compute_xor_once_the_inner_unit_is_thresholded():
    x, t = gate("XOR")
    inner = threshold_unit(x, np.array([1.0, 1.0]), -1.5) > 0
    outer = threshold_unit(np.column_stack([x, inner]), np.array([1.0, 1.0, -2.0]), -0.5)
    assert outer.tolist() == t.tolist()
    as_printed = x.sum(1) - 2 * (x.sum(1) - 1.5) > 0
    assert as_printed.all()


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("rate", [0.1, 1.0, 7.0])
def test_the_rule_learns_every_separable_gate_within_the_bound(name, rate):
    (x, t), (w, b) = gate(name), BY_HAND[name]
    learned = train_perceptron(x, t, rate=rate, seed=3)
    assert threshold_unit(x, learned.w, learned.b).tolist() == t.tolist()
    assert learned.mistakes[-1] == 0
    assert sum(learned.mistakes) <= mistake_bound(x, t, np.array(w, float), b)


def test_the_rule_never_settles_on_xor():
    x, t = gate("XOR")
    learned = train_perceptron(x, t, epochs=200)
    assert len(learned.mistakes) == 200
    assert min(learned.mistakes) > 0


@steady
@given(st.integers(0, 10**6))
def test_the_rule_separates_clouds(seed):
    x, t = clouds(40, gap=1.5, seed=seed)
    learned = train_perceptron(x, t, epochs=2000, seed=seed)
    assert np.array_equal(threshold_unit(x, learned.w, learned.b), t)
    assert sum(learned.mistakes) <= mistake_bound(x, t, np.array([0.6, 0.8]), 0)


def test_a_step_moves_only_when_the_unit_is_wrong():
    w, b = np.array([1.0, -1.0]), 0.5
    x = np.array([2.0, 1.0])
    right, wrong = perceptron_step(w, b, x, 1), perceptron_step(w, b, x, -1, rate=0.5)
    assert (right[0].tolist(), right[1]) == ([1, -1], 0.5)
    assert (wrong[0].tolist(), wrong[1]) == ([0, -1.5], 0)
    assert w.tolist() == [1, -1]


def test_the_same_seed_learns_the_same_unit():
    x, t = clouds(60, gap=0.05, seed=1)
    first, second, other = (train_perceptron(x, t, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(first.w, second.w)
    assert first.mistakes == second.mistakes
    assert not np.array_equal(first.w, other.w)


def test_dtype_is_kept():
    x, t = (array.astype(np.float32) for array in clouds(20))
    learned = train_perceptron(x, t)
    assert learned.w.dtype == np.float32
    assert threshold_unit(x, learned.w, learned.b).dtype == np.float32


@pytest.mark.parametrize("data", [gate("AND"), gate("XOR"), clouds(40, gap=0.2, seed=2)])
def test_the_path_is_the_rule_applied_to_each_mistake(data):
    x, t = data
    learned = train_perceptron(x, t, rate=0.5, epochs=20, seed=4)
    assert len(learned.path) == len(learned.missed) + 1 == sum(learned.mistakes) + 1
    w, b = np.zeros(2), 0.0
    for n, (next_w, next_b) in zip(learned.missed, learned.path[1:], strict=True):
        assert threshold_unit(x[n : n + 1], w, b)[0] != t[n]
        w, b = perceptron_step(w, b, x[n], t[n], rate=0.5)
        assert (w.tolist(), b) == (next_w.tolist(), next_b)
    assert (learned.w.tolist(), learned.b) == (w.tolist(), b)
