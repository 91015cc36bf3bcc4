"""Lecture 01: wrong answers that only the checks are checked with."""

import numpy as np

from cnnlib.checks.edits import instead
from cnnlib.exercises.perceptron_digits import tell_apart
from cnnlib.exercises.perceptron_rule import mistake_bound, perceptron_step
from cnnlib.exercises.perceptron_training import train_perceptron
from cnnlib.exercises.perceptron_unit import gate_weights


def unit_of_the_first_example(x, w, b):
    return np.full(len(x), 1.0 if x[0] @ w + b > 0 else -1.0)


def unit_with_truth_values(x, w, b):
    return x @ w + b > 0


def unit_with_rounding(x, w, b):
    return np.where(np.round(x @ w + b) > 0, 1.0, -1.0)


def gates_without_a_bias(name):
    return gate_weights(name)[0], 0.0


def gates_all_alike(name):
    return np.array([1.0, 1.0]), -1.5


def gates_as_one_array(name):
    return np.append(*gate_weights(name))


def line_in_whole_numbers(w, b):
    return -w[0] // w[1], -b // w[1]


def line_the_other_way_round(w, b):
    return -b / w[1], -w[0] / w[1]


def margin_of_right_examples(x, t, w, b):
    m = t * (x @ w + b) / np.sqrt(w @ w)
    return m[m > 0].min() if (m > 0).any() else 0.0


def margin_by_the_sum_of_sizes(x, t, w, b):
    return (t * (x @ w + b)).min() / np.abs(w).sum()


def margin_of_the_first_example(x, t, w, b):
    return t[0] * (x[0] @ w + b) / np.sqrt(w @ w)


def step_on_the_signed_answer(w, b, x, t):
    y = np.sign(w @ x + b)
    return w + (t - y) / 2 * x, b + (t - y) / 2


def step_with_a_small_rate(w, b, x, t):
    new, bias = perceptron_step(w, b, x, t)
    return w + 0.1 * (new - w), b + 0.1 * (bias - b)


def step_of_length_one(w, b, x, t):
    new, bias = perceptron_step(w, b, x, t)
    return w + (new - w) / np.sqrt(x @ x), bias


def step_with_y_for_t(w, b, x, t):
    y = 1 if w @ x + b > 0 else -1
    return (w + y * x, b + y) if y != t else (w, b)


def step_in_place(w, b, x, t):
    if (1 if w @ x + b > 0 else -1) != t:
        w += (t * x).astype(w.dtype)
        b += t
    return w, b


def train_and_return_no_counts(x, t, epochs):
    return train_perceptron(x, t, epochs)[:2]


def train_and_count_right_answers(x, t, epochs):
    w, b, mistakes = train_perceptron(x, t, epochs)
    return w, b, [len(x) - count for count in mistakes]


def train_and_return_one_count(x, t, epochs):
    w, b, mistakes = train_perceptron(x, t, epochs)
    return w, b, sum(mistakes)


def train_until_one_is_right(x, t, epochs):
    w, b = np.zeros(x.shape[1]), 0.0
    for n in range(len(x)):
        if (1 if w @ x[n] + b > 0 else -1) == t[n]:
            return w, b, [n]
        w, b = w + t[n] * x[n], b + t[n]
    return w, b, [len(x)]


def train_one_pass_too_many(x, t, epochs):
    return train_perceptron(x, t, epochs + 1)


def train_on_the_first_two(x, t, epochs):
    return train_perceptron(x[:2], t[:2], epochs)


def bound_with_the_mean_radius(x, t, w, b):
    gamma = (t * (x @ w + b)).min() / np.sqrt(w @ w + b * b)
    return ((x * x).sum(1).mean() + 1) / gamma**2


def bound_with_the_sum_of_all(x, t, w, b):
    gamma = (t * (x @ w + b)).min() / np.sqrt(w @ w + b * b)
    return ((x * x).sum() + 1) / gamma**2


def bound_rounded(x, t, w, b):
    return float(round(mistake_bound(x, t, w, b)))


def apart_transposed(yes, no):
    w, bias = tell_apart(yes, no)
    return w.T, bias


def apart_from_the_first_pictures(yes, no):
    return tell_apart(yes[:1], no[:1])


def apart_by_the_mean_of_yes(yes, no):
    return yes.mean(0), 0.0


apart_with_targets_0_and_1 = instead(
    tell_apart,
    train_perceptron=instead(train_perceptron, "t[n] * x[n], b + t[n]", "(t[n] > 0) * x[n], b + (t[n] > 0)"),
)


SLIPS = {
    "threshold_unit": [unit_of_the_first_example, unit_with_truth_values, unit_with_rounding],
    "gate_weights": [gates_without_a_bias, gates_all_alike, gates_as_one_array],
    "decision_line": [line_in_whole_numbers, line_the_other_way_round],
    "margin": [margin_of_right_examples, margin_by_the_sum_of_sizes, margin_of_the_first_example],
    "perceptron_step": [
        step_on_the_signed_answer,
        step_with_a_small_rate,
        step_of_length_one,
        step_with_y_for_t,
        step_in_place,
    ],
    "train_perceptron": [
        train_and_return_no_counts,
        train_and_count_right_answers,
        train_and_return_one_count,
        train_until_one_is_right,
        train_one_pass_too_many,
        train_on_the_first_two,
    ],
    "mistake_bound": [bound_with_the_mean_radius, bound_with_the_sum_of_all, bound_rounded],
    "tell_apart": [
        apart_transposed,
        apart_from_the_first_pictures,
        apart_by_the_mean_of_yes,
        apart_with_targets_0_and_1,
    ],
}
