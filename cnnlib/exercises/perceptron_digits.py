"""Lecture 01, telling digits apart: what is asked, and the mistakes that are known."""

from typing import Any

import numpy as np

from cnnlib.arguments import Array
from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import LAYOUTS, Rng, in_other_layouts
from cnnlib.checks.edits import instead
from cnnlib.exercises.perceptron_training import train_perceptron
from cnnlib.exercises.perceptron_unit import unit_of


def tell_apart(yes: Array, no: Array) -> tuple[Array, float]:
    x = np.concatenate([yes, no]).reshape(len(yes) + len(no), -1)
    t = np.concatenate([np.ones(len(yes)), -np.ones(len(no))])
    w, bias, _ = train_perceptron(x, t, 1000)
    return w.reshape(yes.shape[1:]), bias


def accept_pictures(answer: Any, yes: Array, no: Array) -> str:
    unit = unit_of(answer, yes.shape[1:])
    if isinstance(unit, str):
        return f"{unit}, that of a picture" if "shape" in unit else unit
    w, bias = unit
    for name, pictures, due in (("yes", yes, 1), ("no", no, -1)):
        z = (pictures * w).sum(axis=(1, 2)) + bias
        wrong = np.flatnonzero((z > 0) != (due > 0))
        if len(wrong):
            n = wrong[0]
            return f"{name}[{n}] gets z = {z[n]:g}, so y = {-due:+d}; the pictures in {name} are due {due:+d}"
    return ""


def picture_cases(rng: Rng) -> list[Inputs]:
    return [
        {"yes": np.array([[[2.0, 2]]]), "no": np.array([[[1.0, 1]]])},
        {"yes": np.array([[[-0.5, 1]]]), "no": np.array([[[1.0, 0]]])},
        {
            "yes": np.array([[[1.0, -1, 1], [1, 1, -1]]]),
            "no": np.array([[[-1.0, 1, 1], [1, 1, 1]], [[1, 1, 1], [1, 1, 1]]]),
        },
        {
            "yes": np.array([[[1.0], [1], [0]]]),
            "no": np.array([[[-1.0], [-1], [1]], [[1], [-1], [0]], [[0], [0], [1]]]),
        },
        {"yes": np.array([[[1.0, -2]], [[1, 6]]]), "no": np.array([[[-1.0, 2]], [[-1, -6]]])},
        *in_other_layouts({"yes": rng.normal(size=(3, 3, 4)), "no": rng.normal(size=(5, 3, 4))}),
    ]


def from_means(yes: Array, no: Array, halfway: bool) -> tuple[Array, float]:
    w = yes.mean(0) - no.mean(0)
    return w, -float((w * (yes.mean(0) + no.mean(0))).sum() / 2) * halfway


TELL_APART = Exercise(
    name="tell_apart",
    parts={"unit": 3},
    reference=tell_apart,
    cases=picture_cases,
    accept=accept_pictures,
    features=LAYOUTS,
    hints=(
        "Your unit takes rows of numbers. What turns a picture into a row, and the weights back into a picture?",
        "Lay each picture out as a row, with reshape. The pictures in yes get t = +1, those in no get −1. Then train.",
        "x = all pictures as rows (A + B, H W);  t = A times +1, B times −1;  train;  w.reshape(H, W) and the bias",
    ),
    after=(("before you start", "a weight for each pixel: H · W of them"),),
    slips={
        "the unit that fires for no and not for yes. The pictures in yes are class +1.": lambda yes, no: tell_apart(
            no, yes
        ),
        "the right weights, but in a row. Give them the shape of a picture.": lambda yes, no: (
            tell_apart(yes, no)[0].ravel(),
            tell_apart(yes, no)[1],
        ),
        "the unit after one pass. Go on until a pass makes no mistake.": instead(tell_apart, "1000", "1"),
        "a unit whose bias stayed 0. Train it as well.": instead(
            tell_apart, train_perceptron=instead(train_perceptron, "b + t[n]", "b")
        ),
        "the weights laid back in other rows than the pictures have: "
        "H and W are not the root of H · W.": lambda yes, no: (
            tell_apart(yes, no)[0].reshape(int(np.sqrt(yes[0].size)), -1),
            tell_apart(yes, no)[1],
        ),
        "a unit trained on as many pictures of the larger pile as the smaller one "
        "has, as zip leaves them.": lambda yes, no: tell_apart(yes[: len(no)], no[: len(yes)]),
        "the mean of yes minus the mean of no, with bias 0. Some pictures of each kind can be nearer to the other "
        "kind's mean; learn from the mistakes instead.": lambda yes, no: from_means(yes, no, halfway=False),
        "the line halfway between the two means. Some pictures of each kind can be nearer to the other kind's mean; "
        "learn from the mistakes instead.": lambda yes, no: from_means(yes, no, halfway=True),
    },
)
