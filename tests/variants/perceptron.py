"""Lecture 01: right answers written in other ways."""

import numpy as np

from cnnlib.exercises.perceptron_line import margin
from cnnlib.exercises.perceptron_unit import TABLES, XOR

# ---------------------------------------------------------------- the unit and its line


def unit_loops(x, w, b):
    y = []
    for row in x:
        z = b
        for d in range(len(w)):
            z += w[d] * row[d]
        y.append(1 if z > 0 else -1)
    return np.array(y)


def unit_from_bool(x, w, b):
    return 2 * (np.dot(x, w) > -b).astype(int) - 1


def unit_constant_input(x, w, b):
    z = np.column_stack([x, np.ones(len(x))]) @ np.append(w, b)
    y = -np.ones(len(x))
    y[z > 0] = 1
    return y


def gates_by_fives(name):
    return {"OR": ([5, 4], -3), "AND": ([5, 4], -7), "NAND": ([-2, -3], 4), "NOT": ([-10], 1)}[name]


def gates_on_the_line(name):
    if name == "NOT":
        return np.array([-1.0]), np.float64(1)
    w, b = {"OR": ((1, 1), 0), "AND": ((1, 1), -1), "NAND": ((-1, -1), 2)}[name]
    return list(w), np.array(b)


def line_two_points(w, b):
    left, right = -b / w[1], -(w[0] + b) / w[1]
    return right - left, left


def line_list(w, b):
    return [-(w[0] / w[1]), -(b / w[1])]


def margin_loop(x, t, w, b):
    smallest = np.inf
    for n in range(len(x)):
        smallest = min(smallest, t[n] * (w.dot(x[n]) + b) / np.linalg.norm(w))
    return smallest


def margin_unit_length(x, t, w, b):
    length = np.sum(w * w) ** 0.5
    return np.min((x @ (w / length) + b / length) * t)


# ---------------------------------------------------------------- learning


def step_by_error(w, b, x, t):
    error = (t - (1 if np.sum(w * x) + b > 0 else -1)) / 2
    return w + error * x, b + error


def step_by_cases(w, b, x, t):
    z = x @ w + b
    if z > 0 and t < 0:
        return w - x, b - 1
    if z <= 0 and t > 0:
        return w + x, b + 1
    return w.copy(), b


def step_constant_input(w, b, x, t):
    s, r = np.append(w, b), np.append(x, 1)
    if (s @ r > 0) != (t > 0):
        s = s + t * r
    return s[:-1], s[-1]


def train_shuffled(x, t, epochs):
    rng, w, b, mistakes = np.random.default_rng(3), 0 * x[0], 0, []
    for _ in range(epochs):
        wrong = 0
        for n in rng.permutation(len(x)):
            z = w @ x[n] + b
            if (z > 0) != (t[n] > 0):
                w, b, wrong = w + t[n] * x[n], b + t[n], wrong + 1
        mistakes.append(wrong)
        if not wrong:
            break
    return w, b, tuple(mistakes)


def train_backwards(x, t, epochs):
    s, r, mistakes = np.zeros(x.shape[1] + 1), np.column_stack([x, np.ones(len(x))]), []
    for _ in range(epochs):
        mistakes.append(0)
        for row, target in zip(r[::-1], t[::-1], strict=True):
            if (1 if row @ s > 0 else -1) != target:
                s = s + target * row
                mistakes[-1] += 1
        if mistakes[-1] == 0:
            return s[:-1], s[-1], mistakes
    return s[:-1], s[-1], np.array(mistakes)


def bound_by_margin(x, t, w, b):
    r = np.column_stack([x, np.ones(len(x))])
    return np.max(np.sum(r**2, axis=1)) / margin(r, t, np.append(w, b), 0) ** 2


def bound_loop(x, t, w, b):
    length = np.sqrt(sum(weight**2 for weight in w) + b**2)
    gamma = min(t[n] * (w @ x[n] + b) / length for n in range(len(x)))
    radius = max(np.sqrt(row @ row + 1) for row in x)
    return (radius / gamma) ** 2


# ---------------------------------------------------------------- digits


def apart_interleaved(yes, no):
    x = np.vstack([yes.reshape(len(yes), -1), no.reshape(len(no), -1)])
    t = np.where(np.arange(len(x)) < len(yes), 1, -1)
    w, bias, _ = train_shuffled(x, t, 1000)
    return w.reshape(yes[0].shape), bias


def apart_in_place(yes, no):
    w, bias = np.zeros(yes.shape[1:]), 0.0
    for _ in range(100):
        for pictures, t in ((no, -1), (yes, 1)):
            for picture in pictures:
                if ((picture * w).sum() + bias > 0) != (t > 0):
                    w, bias = w + t * picture, bias + t
    return [w, bias]


VARIANTS = {
    "threshold_unit": [unit_loops, unit_from_bool, unit_constant_input],
    "gate_weights": [gates_by_fives, gates_on_the_line],
    "decision_line": [line_two_points, line_list],
    "margin": [margin_loop, margin_unit_length],
    "perceptron_step": [step_by_error, step_by_cases, step_constant_input],
    "train_perceptron": [train_shuffled, train_backwards],
    "mistake_bound": [bound_by_margin, bound_loop],
    "tell_apart": [apart_interleaved, apart_in_place],
    "poll_weight_images": ["BDEF", ("f", "e", "d", "b")],
    "poll_unit_detects": ["AC", ["a", "c"]],
    "poll_perceptron_bug": ["A, C, E", ("E", "C", "A")],
    "poll_xor": ["abc", ("C", "A", "B")],
}


# ---------------------------------------------------------------- random inputs, for judging mutants


def labelled(rng, gap=0.0):
    """Points of both classes with at least this distance from a line, and that line."""
    N, D = rng.integers(2, 8), rng.integers(1, 5)
    w, b = rng.normal(size=D) + np.sign(rng.normal(size=D)), rng.normal()
    x = rng.normal(size=(N, D))
    t = np.where(x @ w + b > 0, 1.0, -1.0)
    return x + gap * t[:, None] * w / np.linalg.norm(w), t, w, b


def unit_inputs(rng):
    x, _, w, b = labelled(rng)
    if rng.random() < 0.5:  # whole numbers, so that some examples lie on the line
        x, w, b = np.round(2 * x), np.round(w), float(np.round(b))
    return {"x": x, "w": w, "b": b}


def margin_inputs(rng):
    x, t, w, b = labelled(rng)
    return {"x": x, "t": t * rng.choice([-1, 1, 1], len(t)), "w": w, "b": b}


def step_inputs(rng):
    inputs = unit_inputs(rng)
    return {"w": inputs["w"], "b": inputs["b"], "x": inputs["x"][0], "t": float(rng.choice([-1, 1]))}


def training_inputs(rng):
    if rng.random() < 0.3:
        return XOR | {"epochs": int(rng.integers(1, 5))}
    x, t, *_ = labelled(rng, gap=0.5)
    return {"x": np.round(4 * x), "t": t, "epochs": 400}


def bound_inputs(rng):
    x, t, w, b = labelled(rng, gap=0.2)
    return {"x": x, "t": t, "w": w, "b": b}


def picture_inputs(rng):
    shape = rng.integers(2, 5, 2)
    a, b = rng.integers(1, 4, 2)
    return {"yes": rng.normal(size=(a, *shape)), "no": rng.normal(size=(b, *shape))}


BATTERY = {
    "threshold_unit": unit_inputs,
    "gate_weights": lambda rng: {"name": str(rng.choice(list(TABLES)))},
    "decision_line": lambda rng: {"w": rng.normal(size=2) + 3 * rng.choice([-1, 1], 2), "b": rng.normal()},
    "margin": margin_inputs,
    "perceptron_step": step_inputs,
    "train_perceptron": training_inputs,
    "mistake_bound": bound_inputs,
    "tell_apart": picture_inputs,
}
