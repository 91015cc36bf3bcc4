"""How many outputs, how many weights: whole numbers of lecture 04."""

from cnnlib.checks import Exercise, Inputs
from cnnlib.checks.cases import Rng
from cnnlib.checks.edits import instead


def output_size(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    return (n + 2 * padding - k) // stride + 1


def size_cases(rng: Rng) -> list[Inputs]:
    small = [
        (4, 2, 1, 0),
        (5, 2, 2, 0),
        (6, 2, 2, 0),
        (5, 2, 1, 1),
        (6, 3, 2, 1),
        (7, 7, 1, 0),
        (9, 2, 4, 3),
        (1, 1, 3, 0),
    ]
    n, k = int(rng.integers(20, 40)), int(rng.integers(3, 8))
    drawn = [(n, k, 1, 2), (n, k, 3, 1), (n + 1, k, 3, 1), (n + 2, k, 3, 1)]
    return [dict(zip(("n", "k", "stride", "padding"), case, strict=True)) for case in small + drawn]


OUTPUT_SIZE = Exercise(
    name="conv_output_size",
    parts={"size": 1},
    reference=output_size,
    cases=size_cases,
    features={
        "a stride above 1": lambda stride, **_: stride > 1,
        "padding": lambda padding, **_: padding > 0,
        "a stride that leaves pixels over": lambda n, k, stride, padding: (n + 2 * padding - k) % stride > 0,
    },
    hints=(
        "Where can the kernel's first cell stand, at the earliest and at the latest?",
        "It can stand at 0, S, 2 S, ... up to n + 2 P - k. How many numbers are that?",
        "(4.6)  size = floor((n + 2 P - k) / S) + 1",
    ),
    after=(("before you start", "the last pixel, number 4: a window from 4 on would hang out"),),
    slips={
        "one too few: the place at the very start counts too.": instead(output_size, " + 1", ""),
        "the size rounded up. A kernel that hangs out at the end gives no output.": instead(
            output_size, "(n + 2 * padding - k) // stride", "-((k - 2 * padding - n) // stride)"
        ),
        "a size with a fraction where the stride leaves pixels over. Use // rather than /.": instead(
            output_size, "//", "/"
        ),
        "the padding counted once. It is added at both ends.": instead(output_size, "2 * ", ""),
        "the + 1 divided by the stride as well. First divide and round down, "
        "then add the place at the very start.": instead(output_size, "k) // stride + 1", "k + 1) // stride"),
        "n - k - 1, as one of the decks prints it. It is n - k + 1 for stride 1: see the slip box.": instead(
            output_size, "+ 1", "- 1"
        ),
    },
)


def conv_parameters(C: int, F: int, KH: int, KW: int) -> int:
    return F * (C * KH * KW + 1)


PARAMETERS = Exercise(
    name="conv_parameters",
    parts={"count": 1},
    reference=conv_parameters,
    cases=lambda rng: [
        dict(zip(("C", "F", "KH", "KW"), case, strict=True))
        for case in [
            (1, 1, 1, 2),
            (1, 20, 5, 5),
            (3, 1, 3, 3),
            (6, 16, 5, 4),
            (2, 3, 1, 7),
            rng.integers(2, 9, 4).tolist(),
        ]
    ],
    features={
        "several channels": lambda C, **_: C > 1,
        "several filters": lambda F, **_: F > 1,
    },
    hints=(
        "How many weights has one filter? Does the size of the picture matter?",
        "A filter has a plane of KH x KW weights for every channel, and one bias.",
        "F (C KH KW + 1)",
    ),
    slips={
        "the weights without the biases: one more for each filter.": instead(conv_parameters, " + 1", ""),
        "one bias for all filters. Each filter has its own.": instead(
            conv_parameters, "(C * KH * KW + 1)", "C * KH * KW + 1"
        ),
        "filters of one plane. A filter has a plane of weights for every channel of the input.": instead(
            conv_parameters, "C * ", ""
        ),
        "one bias for every plane of a filter. The planes' sums are added up before the one bias is.": instead(
            conv_parameters, "(C * KH * KW + 1)", "C * (KH * KW + 1)"
        ),
    },
)
