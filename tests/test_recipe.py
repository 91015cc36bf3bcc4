"""A network from a recipe, and a trained one as text: it comes back nearly the same, or says what is missing."""

import numpy as np
import pytest

from cnnlib.network import Sequential
from cnnlib.recipe import build, pack, unpack

RECIPE = "conv 3 5, tanh, pool, conv 4, relu, pool, flatten, linear 6, sigmoid, linear 2"


@pytest.fixture
def network() -> Sequential:
    return build(RECIPE, (2, 8, 12), seed=3)


def test_a_recipe_makes_the_layers_that_it_names(network):
    shapes = {name: array.shape for name, array in network.parameters.items()}
    assert list(shapes.values())[::2] == [(3, 2, 5, 5), (4, 3, 3, 3), (6, 4 * 2 * 3), (2, 6)]
    assert network(np.zeros((5, 2, 8, 12), np.float32))[0].shape == (5, 2)


@pytest.mark.parametrize(
    ("recipe", "complaint"),
    [
        ("conv 3, gelu", "got 'gelu'"),
        ("", "got ''"),
        ("conv 3 4, relu", "4 x 4 has no middle"),
        ("linear 3", "takes rows, but gets \\(1, 8, 8\\)"),
        ("flatten, conv 3", "takes maps, but gets \\(64,\\)"),
        ("pool, pool, pool, pool", "at least 2 x 2, but gets \\(1, 1, 1\\)"),
        ("conv 0", "at least one output"),
        ("conv 3 17", "beyond 15 x 15 meets nothing but the rim"),
        ("flatten" + ", relu" * 100, "at most 100 layers, this one 101"),
        ("conv 2000 1, relu", "more than 200,000 numbers of one input, up to 'relu'"),
        ("flatten, linear 99999", "more than 20,000 parameters: with 'linear 99999' there are 6,499,935"),
    ],
)
def test_a_recipe_that_makes_no_network_is_told_why(recipe, complaint):
    with pytest.raises(ValueError, match=complaint):
        build(recipe, most=20_000)


def test_a_packed_network_comes_back_up_to_its_rounding(network):
    recipe, back = unpack(pack(RECIPE, network), (2, 8, 12))
    assert recipe == RECIPE
    for name, array in network.parameters.items():
        largest = np.abs(array).max()
        assert np.abs(back.parameters[name] - array).max() <= largest / 254 + 1e-6 * largest


def test_spaces_and_empty_lines_do_not_matter(network):
    text = pack(RECIPE, network)
    assert max(map(len, text.splitlines())) <= 112
    loose = "\n\n".join(f"    {line}  " for line in text.splitlines())
    for one, other in zip(
        unpack(text, (2, 8, 12))[1].parameters.values(),
        unpack(loose, (2, 8, 12))[1].parameters.values(),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda lines: lines[:-1], "is a line missing"),
        (lambda lines: [*lines, lines[-1]], "bytes of weights"),
        (lambda lines: [lines[0], '"' + lines[1][1:], *lines[2:]], "is a character missing"),
        (lambda lines: lines[1:], "a recipe holds"),
        (lambda lines: [lines[0].replace("linear 6", "linear 7"), *lines[1:]], "is a line missing"),
        (lambda lines: [], "a recipe holds"),
    ],
)
def test_a_damaged_text_is_told_what_is_wrong(network, change, complaint):
    with pytest.raises(ValueError, match=complaint):
        unpack(change(pack(RECIPE, network).splitlines()), (2, 8, 12))


def test_weights_that_are_no_numbers_are_refused(network):
    network.parameters["0.weight"][...] = np.nan
    with pytest.raises(ValueError, match="inf or nan"):
        pack(RECIPE, network)
