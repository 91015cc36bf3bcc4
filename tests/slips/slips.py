"""Lecture 11: wrong answers that only the checks are checked with."""

import numpy as np

from cnnlib.checks.edits import instead
from cnnlib.exercises.slips_deciding import refuted


def distance_of_sums(got, due):
    return abs(np.sum(got) - np.sum(due))


def distance_in_sizes(got, due):
    return np.inf if np.size(got) != np.size(due) else float(np.max(np.abs(np.ravel(got) - np.ravel(due))))


def distance_of_equal_rows(got, due):
    if np.shape(got)[-1:] != np.shape(due)[-1:] or np.isnan(got).any():
        return np.inf
    return np.max(np.abs(got - due) / np.maximum(1, np.abs(due)))


def refuted_by_exact_numbers(claim, truth, draw, tries, distance):
    for n in range(tries):
        if not np.array_equal(claim(*draw(n)), truth(*draw(n))):
            return n
    return -1


def blind_ones(KH, KW):
    return np.ones((KH, KW))


def blind_in_one_direction(KH, KW):
    return np.add.outer(np.zeros(KH), np.arange(KW) + 1.0) + np.arange(KH)[:, None]


def blind_left_and_right(KH, KW):
    return np.abs(np.arange(KW) - (KW - 1) / 2) + np.arange(KH)[:, None]


def blind_as_one_row(KH, KW):
    return np.minimum(np.arange(KH * KW), np.arange(KH * KW)[::-1])


def blind_number(KH, KW):
    return 1.0


SLIPS = {
    "distance": [distance_of_sums, distance_in_sizes, distance_of_equal_rows],
    "refuted": [
        refuted_by_exact_numbers,
        instead(refuted, "1e-6", "0.9"),
        instead(refuted, "1e-6", "1e-7"),
    ],
    "blind_kernel": [blind_ones, blind_in_one_direction, blind_left_and_right, blind_as_one_row, blind_number],
}
