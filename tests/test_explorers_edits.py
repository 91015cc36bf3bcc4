"""What the page does to an explorer's numbers: a size is chosen, a block is put somewhere, one number is typed."""

import numpy as np
import pytest

from cnnlib.explorers import conv1d_board, conv2d_board, kernel_explorer, perceptron_explorer, pooling_explorer
from cnnlib.explorers.edits import edited, resized
from cnnlib.explorers.widget import Explorer

NUMBERS = np.arange(1.0, 16).reshape(3, 5)


def ask(explorer: Explorer, action: str, knob: str, *how: object) -> str:
    """A message of the page, and the note that answers it."""
    content = {"action": action, "knob": knob, "how": how, "number": explorer.answered + 1}
    explorer._handle_custom_msg(content, [])
    return explorer.frame["note"]


@pytest.mark.parametrize("size", [(3, 5), (1, 1), (4, 2), (2, 8), (7, 7)])
@pytest.mark.parametrize("middle", [False, True])
def test_what_stays_keeps_its_place_and_what_is_new_is_zero(size: tuple[int, int], middle: bool) -> None:
    found = resized(NUMBERS, size, middle)
    assert found.shape == size
    first = [(n - m) // 2 if middle else 0 for n, m in zip(size, NUMBERS.shape, strict=True)]
    for (i, j), value in np.ndenumerate(found):
        m, q = i - first[0], j - first[1]
        assert value == (NUMBERS[m, q] if 0 <= m < 3 and 0 <= q < 5 else 0)
    assert resized(resized(NUMBERS, (9, 9), middle), NUMBERS.shape, middle).tolist() == NUMBERS.tolist()


def test_a_block_replaces_what_it_covers_and_leads_beyond_the_edge() -> None:
    before = NUMBERS.copy()
    assert edited(NUMBERS, [1, 2], [[-1.0]])[1].tolist() == [6, 7, -1, 9, 10]
    found = edited(NUMBERS, [2, 4], [[-1, -2], [-3], [-4, -5, -6]])
    assert found.shape == (5, 7)
    assert found[2:, 4:].tolist() == [[-1, -2, 0], [-3, 0, 0], [-4, -5, -6]]
    assert found[:2, :5].tolist() == NUMBERS[:2].tolist()
    np.testing.assert_array_equal(NUMBERS, before)


def test_a_knob_stays_as_deep_as_it_is() -> None:
    board, unit = conv1d_board(), perceptron_explorer()
    for explorer, knob, at in ((board, "x", [0, 1]), (board, "b", [0, 0]), (unit, "w", [0, 1]), (unit, "b", [0, 0])):
        before = explorer.knobs[knob]
        assert ask(explorer, "edit", knob, at, [[7.5]]) == ""
        after = explorer.knobs[knob]
        assert np.shape(after) == np.shape(before)
        assert np.atleast_2d(after)[tuple(at)] == 7.5
    assert ask(board, "resize", "x", [1, 6], False) == ""
    assert board.knobs["x"] == [2, 7.5, 1, 3, 0, 0]


def test_what_is_shown_is_what_is_edited() -> None:
    explorer = pooling_explorer()  # whose dy is one 1, continued
    assert ask(explorer, "edit", "dy", [2, 3], [[5]]) == ""
    expected = np.ones((4, 4))
    expected[2, 3] = 5
    np.testing.assert_array_equal(explorer.dy, expected)


def test_an_edit_that_does_not_fit_is_answered_and_changes_nothing() -> None:
    board, kernels = conv2d_board(), kernel_explorer("digit 3")
    assert ask(board, "edit", "dy", [2, 2], [[1, 2]]) == "dy must have the shape of y, (3, 3), got (3, 4)"
    assert "1 to 12 columns" in ask(board, "edit", "x", [0, 0], [[1] * 13])
    assert "must be finite" in ask(board, "edit", "x", [0, 0], [[float("inf")]])
    assert "does not fit" in ask(board, "resize", "w", [5, 2], False)
    assert "1 to 7 rows" in ask(kernels, "resize", "kernel", [8, 1], True)
    assert board.x.shape == (4, 4)
    assert board.w.shape == (2, 2)
    assert kernels.kernel.shape == (3, 3)
    assert not board.past
