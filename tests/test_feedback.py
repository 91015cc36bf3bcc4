"""What a student reads for each kind of wrong answer: the kind is named, with the value, and what would be right."""

import dataclasses
import json

import numpy as np
import pytest
from slips.network import unseeded

from cnnlib.checks import Exercise, Property, asks, attempt, judge, show
from cnnlib.checks.verdict import CLOSE, OPEN
from cnnlib.exercises import find, lectures
from cnnlib.exercises.layers import backward, forward


def said(name: str, answer: object) -> str:
    return judge(find(name), asks(answer)).to_text()


def remembers(calls: list[int]):
    def answer(dy):
        calls.append(1)
        return dy.sum() + 0.1 * len(calls)

    return answer


def prints(dy):
    print("dy is", dy)
    return dy.mean()


def square_only(dy, x):
    dw = np.zeros((x.shape[0] - dy.shape[0] + 1,) * 2)
    for u, v in np.ndindex(*dw.shape):
        dw[u, v] = np.sum(dy * x[u : u + dy.shape[0], v : v + dy.shape[1]])
    return dw


def one_channel(x, w, b, stride=1, padding=0):
    y = forward(x, w, b, stride, padding)
    return y if x.shape[1] == 1 else y + 1


def in_place(dy, w):
    dy *= 2
    return np.convolve(dy, w) / 2


def largest_without_sign(k):
    i, j = np.unravel_index(k.argmax(), k.shape)
    column, row = k[:, j], k[i] / (k[i, j] or 1)
    return (column, row) if np.allclose(np.outer(column, row), k) else None


def first_row_that_fits(k):
    i, j = np.unravel_index(np.abs(k).argmax(), k.shape)
    column, row = k[:, j], k[i] / k[i, j]
    for u in range(len(k)):
        if np.allclose(column[u] * row, k[u]):
            return column, row
    return None


def same_sum(k):
    i, j = np.unravel_index(np.abs(k).argmax(), k.shape)
    column, row = k[:, j], k[i] / k[i, j]
    return (column, row) if np.isclose(column.sum() * row.sum(), k.sum()) else None


def column_means(picture, template, correlate):
    return find("locate").reference(picture, template - template.mean(axis=0), correlate)


def all_but_the_last(dy, x):
    return sum((dy[i] * x[i : len(x) - len(dy) + 1 + i] for i in range(len(dy) - 1)), np.zeros(len(x) - len(dy) + 1))


def first_tap_only(x, w):
    return w[0, 0] * x[: len(x) - len(w) + 1, : x.shape[1] - w.shape[1] + 1]


def backwards(dy, x):
    return np.array([sum(dy[i] * x[i - k] for i in range(len(dy))) for k in range(len(x) - len(dy) + 1)])


def windows_added(dy, x):
    return np.correlate(x, np.ones(len(dy)))


def one_after_the_other(dy, stride, shape):
    return np.append(dy, np.zeros(np.prod(shape) - dy.size)).reshape(shape)


def linear(db):
    """The way back through a fully connected layer, with a db of one's own."""
    return lambda dy, x, w: (dy @ w, dy.T @ x, db(dy))


def slopes_kept(graph, slopes={}):  # noqa: B006
    slopes |= {node: slopes.get(node, 0.0) for node in graph} | {list(graph)[-1]: 1.0}
    for node in reversed(graph):
        for parent, s in graph[node]:
            slopes[parent] += s * slopes[node]
    return {node: slopes[node] for node in graph}


def empties_its_list(dy, backs):
    sizes = [np.sqrt(np.mean(dy**2))]
    while backs:
        dy = backs.pop()(dy)
        sizes.append(np.sqrt(np.mean(dy**2)))
    return np.array(sizes[::-1])


def column_of_the_class(maps, w, j):
    return np.einsum("c,cmq->mq", w[:, j], maps)


def stepped_by(change):
    """The perceptron's step, with t times something else than x added to w."""

    def step(w, b, x, t):
        wrong = (w @ x + b > 0) != (t > 0)
        return (w + t * change(x), b + t) if wrong else (w, b)

    return step


def bound_by_mean_length(x, t, w, b):
    ones, unit = np.column_stack([x, np.ones(len(x))]), np.append(w, b)
    return (np.linalg.norm(ones, axis=1).mean() * np.linalg.norm(unit) / (t * (ones @ unit)).min()) ** 2


def unwritten(*_, **__):
    raise NotImplementedError


KINDS = [
    ("conv1d_input_gradient", lambda dy, w: None, "returned None: is a return missing?"),
    ("conv1d_input_gradient", lambda dy, w: "text", "returned a str, expected an array of shape (2,)"),
    ("conv1d_input_gradient", lambda dy, w: [2.0, 3.0], "dx is a list; np.array(...) makes an array of it"),
    ("conv1d_input_gradient", lambda dy, w: np.convolve(dy, w) > 0, "values of type bool, expected real numbers"),
    ("conv1d_input_gradient", lambda dy, w: np.array([dy, dy], dtype=object), "values of type object"),
    ("conv1d_input_gradient", unwritten, "not written yet"),
    ("conv1d_input_gradient", lambda dy, w: np.convolve(dy, w)[None], "the shape (1, K + T − 1); (K + T − 1,) is due"),
    ("conv1d_input_gradient", lambda dy, w: np.convolve(dy, w)[1:-1], "shape (0,), expected (2,)"),
    ("conv1d_input_gradient", lambda dy, w: np.append(np.convolve(dy, w), 0), "has K + T entries; K + T − 1 are due"),
    ("conv1d_input_gradient", lambda dy, w: np.convolve(dy, w)[:-1], "has K + T − 2 entries"),
    ("conv1d_input_gradient", in_place, "changes its argument dy in place: work on a copy"),
    ("conv1d_input_gradient", lambda dy, w: np.convolve(dy, w) * np.nan, "it holds nan"),
    ("conv1d_input_gradient", lambda dy, w: dy[99], "IndexError: index 99 is out of bounds"),
    ("conv1d_input_gradient", lambda dy: dy, "TypeError: "),
    ("conv1d_input_gradient", lambda dy, w: -np.convolve(dy, w), "the sign is reversed"),
    ("conv1d_input_gradient", lambda dy, w: 2 * np.convolve(dy, w), "everything counts twice"),
    ("perceptron_step", stepped_by(np.abs), "your w at [1] changes the wrong way, by 1, not by -1"),
    ("perceptron_step", stepped_by(np.sign), "add 1 to x everywhere: your w at [0] stays as it is, and"),
    ("mistake_bound", bound_by_mean_length, "add 1 to x everywhere: your bound changes too little, by"),
    ("conv1d_bias_gradient", remembers([]), "gives another answer when called again"),
    ("conv1d_bias_gradient", lambda dy: int(dy.sum()), "it holds whole numbers"),
    ("conv1d_bias_gradient", prints, "it printed"),
    ("conv1d_bias_gradient", lambda dy: np.array([dy.sum()]), "your db has the shape (1,); one number is due"),
    ("linear_backward", linear(lambda dy: dy.sum(0, keepdims=True)), "your db has the shape (1, M); (M,) is due"),
    ("linear_backward", linear(lambda dy: dy), "your db has the shape (N, M); (M,) is due"),
    ("graph_gradients", slopes_kept, "gives another answer when called again"),
    ("minibatches", unseeded, "called twice with the seed 0 gives two orders"),
    ("conv1d_weight_jacobian", lambda x, K: np.ones((K, 9)), "shape (1, 9), expected (2, 1)"),
    ("conv2d_weight_gradient", square_only, "in other cases it stops with ValueError"),
    ("class_map", column_of_the_class, "in another case it stops with ValueError"),
    ("gradient_by_depth", empties_its_list, "changes its argument backs in place"),
    ("conv2d_forward", one_channel, "with several channels, and right in all others"),
    ("conv2d_forward", lambda x, w, b, stride=1, padding=0: forward(x, w, b, stride, padding)[0], "(F, OH, OW); (N"),
    ("conv2d_backward", lambda dy, x, w, stride=1, padding=0: dy, "returned one ndarray, expected 3 results"),
    ("conv2d_backward", lambda dy, x, w, stride=1, padding=0: (dy, w), "returned 2 results, expected 3: dx, dw, db"),
    ("poll_rim", {"A", "D"}, "D does not hold: 2 rows and 4 columns"),
    ("poll_rim", {"A"}, "what you chose is right, but one more holds"),
    ("poll_rim", {"Z"}, "there is no option Z; the options are A, B, C, D"),
    ("poll_rim", 3, "got 3; expected a set of letters"),
    ("split_kernel", lambda k: (k, k), "expected (1,) and (1,)"),
    ("split_kernel", largest_without_sign, "this kernel is separable"),
    ("split_kernel", first_row_that_fits, "this kernel is not separable"),
    ("split_kernel", same_sum, "this kernel is not separable"),
    ("locate", column_means, "expected"),
    ("conv_output_size", lambda n, k, stride=1, padding=0: (n + 2 * padding - k) / stride // 1 + 1, "a whole number"),
    ("conv2d_forward", lambda x, w, b, stride, padding: forward(x, w, b, stride, padding), "missing 2 required"),
    ("conv2d_forward", lambda x, w, b, stride=1, padding=0: forward(x, w, b), "and padding are ignored"),
    ("conv2d_input_gradient", lambda dy, w: unwritten(), "calls unwritten, which is not written yet"),
    ("kernel_step", lambda *given: find("kernel_step").reference(*given)[::-1], "the order is gradients, w"),
    ("conv1d_bias_gradient", lambda dy: np.abs(dy).sum(), "expected 9"),
    ("conv1d_weight_gradient", all_but_the_last, "i stops before T − 1: the rest is left out"),
    ("conv1d_weight_gradient", backwards, "dy[i] x[i − k], where an index below 0 counts from the end; dy[i] x[i + k]"),
    ("conv1d_weight_gradient", windows_added, "in the case shown no dy[i] x[i + k] is added to your dw"),
    ("conv2d_bias_gradient", lambda dy: dy.sum() / len(dy), "dy[i, j] is divided by OH"),
    ("cross_correlate", first_tap_only, "of all u and v only the first, 0, are used"),
    ("conv1d_input_jacobian", lambda w, L: find("conv1d_input_jacobian").reference(w[::-1], L), "kernel is reversed"),
    ("spread_gradient", one_after_the_other, "belongs to dyup[0, 2], and 4 more entries go astray"),
    ("conv1d_weight_gradient", lambda dy, x: np.correlate(x, dy).round(6), "is something rounded, or in float32?"),
]  # fmt: skip


def test_nothing_is_said_of_the_change_of_what_is_no_number():
    text = said("confusion", lambda z, t: np.full((z.shape[1], z.shape[1]), np.nan))
    assert "changes by" not in text
    assert "changes by" in said("confusion", lambda z, t: np.full((z.shape[1], z.shape[1]), 3 * z[0, 0]))


@pytest.mark.parametrize(("name", "answer", "phrase"), KINDS, ids=[f"{n}-{p[:24]}" for n, _, p in KINDS])
def test_the_kind_of_mistake_is_named(name, answer, phrase):
    text = " ".join(said(name, answer).split())
    assert " ".join(phrase.split()) in text, text
    assert not judge(find(name), asks(answer)).right


@pytest.mark.parametrize("seed", range(20))
def test_a_sum_in_float32_is_right_under_any_seed(seed):
    exact = find("cross_correlate")
    assert judge(exact, asks(lambda x, k: exact.reference(x, k).astype(np.float32)), seed).right


@pytest.mark.parametrize("letters", [{"A, B"}, "a;b", "AB", ["b", "a"], ("A", "B")])
def test_letters_may_be_written_in_many_ways(letters):
    assert judge(find("poll_rim"), asks(letters)).right


class Shapeless:
    shape = "none"


class Refusing:
    """Like a tensor that wants no way to NumPy; and it cannot be shown either."""

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise RuntimeError("detach it first")

    def __repr__(self) -> str:
        raise AttributeError("no name")


RAGGED = [[1], [1, 2]]
NONSENSE = [None, (), (1,), (None,) * 2, (None,) * 3, RAGGED, (RAGGED, 1), (RAGGED, 1, 2), (Shapeless(),) * 2,
            (Shapeless(), np.ones(2), 3), ("x", "y", "z"), {1: 2}, 1j, np.nan, np.array([[None]]), 10**400,
            (10**400,) * 2, [10**400] * 3, np.ones((2, 2), bool), Refusing(), [Refusing()] * 2,
            (Refusing(),) * 3]  # fmt: skip


@pytest.mark.parametrize("result", NONSENSE, ids=lambda result: show.value(result)[:20])
def test_whatever_is_returned_gets_a_verdict_for_every_exercise(result):
    for exercise in (e for asked in lectures().values() for e in asked):
        verdict = judge(exercise, asks(lambda *_, result=result, **__: result))
        assert verdict.points < verdict.possible
        assert verdict.to_text()
        assert verdict.to_html()
        json.dumps(verdict.to_json())


@pytest.mark.parametrize("left", [0, 1])
def test_a_second_look_that_ends_early_still_gives_a_verdict(left):
    for exercise in (e for asked in lectures().values() for e in asked if e.slips):
        looks = []

        def ask(calls, exercise=exercise, looks=looks):
            looks.append(list(asks(next(iter(exercise.slips.values())))(calls)))
            return looks[-1] if len(looks) == 1 else looks[-1][:left]

        assert judge(exercise, ask).points < exercise.possible


def test_an_error_that_cannot_be_read_is_an_error():
    def answer(*_, **__):
        raise NotImplementedError(Refusing())

    assert attempt(answer).error
    assert attempt(answer).unwritten == ""


def test_an_example_does_not_tell_the_answer():
    for exercise in (e for asked in lectures().values() for e in asked if e.name.startswith("poll_")):
        assert "'X', 'Y'" in said(exercise.name, None)


def test_a_case_that_is_not_plain_float64_says_so():
    answer = find("conv1d_weight_gradient").reference
    text = said("conv1d_weight_gradient", lambda dy, x: answer(dy, x) + (x.dtype == np.float32))
    assert "(float32)" in text


def test_the_sum_behind_an_entry_is_written_out():
    text = said("conv1d_weight_gradient", lambda dy, x: np.correlate(x, dy) + (len(dy) == 3))
    assert "dw[0] = dy[0] x[0] + dy[1] x[1] + dy[2] x[2] = 1 * 2 + 0 * 0 + 0 * 1 = 2" in " ".join(text.split())


def test_a_product_that_is_taken_away_is_written_with_a_minus():
    text = said("conv1d_weight_gradient", lambda dy, x: np.correlate(x, dy * (1 - 3 * (np.arange(len(dy)) == 1))))
    assert " − 2 dy[1] x[" in text
    assert "+ -" not in text


def test_the_first_difference_is_marked():
    exercise = find("conv1d_input_gradient")
    verdict = judge(exercise, asks(next(iter(exercise.slips.values()))))
    assert f"{OPEN}3{CLOSE}, 2" in dict(verdict.findings[0].rows)["dx"]
    assert '<b style="text-decoration: underline">3</b>, 2' in verdict.to_html()
    assert OPEN not in verdict.to_text() + json.dumps(verdict.to_json())


def test_what_feeds_a_bias_is_dy_alone():
    """dx, dw and db have other products: none of another part's may be listed."""

    def mean_for_sum(dy, x, w, stride=1, padding=0):
        return *backward(dy, x, w, stride, padding)[:2], dy.mean((0, 2, 3)) + 1

    text = said("conv2d_backward", mean_for_sum)
    assert (
        "db[0] = dy[0, 0, 0, 0] + dy[0, 0, 0, 1] + dy[0, 0, 1, 0] + dy[0, 0, 1, 1] = 5 + 7 + 11 + 13 = 36"
        in " ".join(text.split())
    )


def test_parts_that_stand_for_cases_are_judged_apart():
    def no_stride(x, w, b, stride=1, padding=0):
        return forward(x, w, b, 1, padding)

    findings = judge(find("conv2d_forward"), asks(no_stride)).findings
    assert {f.part: f.points for f in findings} == {"one map": 1, "many maps": 1, "stride": 0, "padding": 1}


def test_parts_that_stand_for_cases_may_each_have_a_known_mistake():
    right = find("activation_backward").reference

    def two_slips(name, dy, z):
        wrong = {"relu": dy * (z >= 0), "tanh": 1 - np.tanh(z) ** 2}
        return wrong.get(name, right(name, dy, z))

    text = " ".join(said("activation_backward", two_slips).split())
    assert "sigmoid 1 of 1 tanh 0 of 1 relu 0 of 1 hardtanh 1 of 1" in text
    assert "the slopes alone" in text
    assert "dy let through at z = 0 as well" in text


def test_parts_are_judged_apart():
    def wrong_dw(dy, x, w, stride=1, padding=0):
        dx, dw, db = backward(dy, x, w, stride, padding)
        return dx, dw * 1.5, db

    verdict = judge(find("conv2d_backward"), asks(wrong_dw))
    assert {f.part: f.points for f in verdict.findings} == {"dx": 2, "dw": 0, "db": 1}
    assert verdict.status == "partly right"


def test_a_remark_on_a_value_is_made_for_every_part():
    def of_the_arguments_type(dy, x, w, stride=1, padding=0):
        dx, dw, db = backward(dy, x, w, stride, padding)
        return dx.astype(x.dtype), dw.astype(w.dtype), db

    assert str(judge(find("conv2d_backward"), asks(of_the_arguments_type))).count("it holds whole numbers") == 2


def test_one_missing_part_does_not_cost_the_others():
    def without_dw(dy, x, w, stride=1, padding=0):
        dx, _, db = backward(dy, x, w, stride, padding)
        return dx, None, db

    assert judge(find("conv2d_backward"), asks(without_dw)).points == 3


def test_an_argument_that_is_a_size_and_numbers_that_are_inf_do_not_stop_the_second_look():
    next_best = said("best_inputs", lambda w, x, count: np.argsort(-(x @ w))[1 : count + 1])
    assert "got [0]   expected [1]" in next_best
    assert "in a later case your indices has shape (4,); (5,) is due" in next_best
    with np.errstate(all="ignore"):
        steep = said("hardtanh", lambda z: (z + np.where(z > 1, np.inf, 0), np.where(np.abs(z) <= 1, 1, 0)))
    assert "got [inf, inf]   expected [1, 1]" in steep


def test_a_case_names_the_functions_whose_names_say_something():
    assert "activation = square" in said("mlp_forward", lambda x, weights, activation: x)
    assert "forward = " not in said("fit_kernel", lambda x, target, w, b, *functions, **chosen: (w, b))


def test_a_slow_answer_gets_a_note_and_its_points():
    """The function reports its own time: what counts is that seconds alone cost nothing."""
    exercise = find("conv1d_bias_gradient")

    def ask(calls):
        for answer in asks(exercise.reference)(calls):
            yield dataclasses.replace(answer, seconds=3.0)

    verdict = judge(exercise, ask)
    assert verdict.right
    assert "is there a loop inside a loop to spare?" in verdict.to_text()


@pytest.mark.parametrize("exercise", [e for asked in lectures().values() for e in asked], ids=lambda e: e.name)
def test_the_same_verdict_serves_text_html_and_json(exercise):
    answer = next(iter(exercise.slips.values()), {"Z"})
    verdict = judge(exercise, asks(answer))
    data = json.loads(json.dumps(verdict.to_json()))
    assert data["points"] == verdict.points < verdict.possible == data["possible"]
    for finding in verdict.findings:
        assert f"{finding.part} {finding.points} of {finding.possible}" in verdict.to_text()
    assert verdict.to_html().count("<details>") == 3
    assert max(map(len, verdict.to_text().splitlines())) <= 120


def test_the_last_node_of_a_graph_is_called_by_its_own_name():
    """Not every graph ends in o."""
    exercise = find("graph_gradients")

    def doubled(graph):
        return {node: slope * (2 if node == "end" else 1) for node, slope in exercise.reference(graph).items()}

    assert "dend is 2; it must be 1: end moves as much as end does" in judge(exercise, asks(doubled)).to_text()


def test_lists_and_dictionaries_are_handed_out_as_copies():
    """A function that eats its graph spoils neither the next call nor what is expected."""
    exercise = find("graph_gradients")

    def eats(graph):
        right = exercise.reference(graph)
        while graph:
            _, edges = graph.popitem()
            edges.clear()
        return right

    assert judge(exercise, asks(eats)).right


def test_a_wrong_dictionary_is_shown_with_short_numbers_and_the_mistake_named():
    exercise = find("graph_gradients")
    verdict = judge(exercise, asks(lambda graph: {node: np.float64(1) / 3 for node in graph}))
    assert "'w': 0.333333" in str(verdict)
    assert "np.float64" not in str(verdict)
    assert "do is 0.333333; it must be 1" in str(verdict)


def test_an_answer_that_is_infinite_whatever_the_arguments_are_is_told_without_a_warning():
    assert "inf" in said("margin", lambda x, t, w, b: np.inf)


def test_a_code_is_asked_only_as_the_cases_have_it():
    targets = set()

    def answer(w, b, x, t):
        targets.add(float(t))
        return w, b + 1

    said("perceptron_step", answer)
    assert targets == {-1.0, 1.0}


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_one_array_for_two_results_is_not_blamed_on_its_shape(name):
    """A case of two entries is no pair of results."""
    text = said(name, lambda z: np.tanh(z))
    assert "returned one ndarray, expected 2 results: a, slope" in text
    assert "due" not in text


def test_arrays_in_a_list_that_are_changed_are_noticed():
    exercise = find("mlp_forward")

    def pops(x, weights, activation):
        last = weights.pop()
        return exercise.reference(x, (*weights, last), activation)

    def adds(x, weights, activation):
        weights[0][1][:] += 1
        return x

    for answer in (pops, adds):
        assert "changes its argument weights in place" in said("mlp_forward", answer)


def test_floats_are_no_indices():
    reference = find("best_inputs").reference
    assert "floats" in said("best_inputs", lambda w, x, count: reference(w, x, count) * 1.0)
    assert judge(find("best_inputs"), asks(lambda w, x, count: reference(w, x, count).tolist())).right


def winners(dy, x, stride, K=2):
    """win[i, k] is 1 at the first maximum of window i."""
    windows = np.lib.stride_tricks.sliding_window_view(x, K)[::stride]
    return {"win": (np.arange(K) == windows.argmax(1)[:, None]).astype(float)}


def to_winners(dy, x, stride, K=2):
    dx = np.zeros(x.shape)
    for i, k in enumerate(winners(dy, x, stride)["win"].argmax(1)):
        dx[stride * i + k] += dy[i]
    return dx


def to_corners(dy, x, stride, K=2):
    dx = np.zeros(x.shape)
    np.add.at(dx, winners(dy, x, stride)["win"].argmax(1), dy)
    return dx


def overwriting(dy, x, stride, K=2):
    dx = np.zeros(x.shape)
    for i, k in enumerate(winners(dy, x, stride)["win"].argmax(1)):
        dx[stride * i + k] = dy[i]
    return dx


def to_all_ties(dy, x, stride, K=2):
    dx = np.zeros(x.shape)
    for i, value in enumerate(dy):
        window = x[stride * i : stride * i + K]
        dx[stride * i : stride * i + K] += value * (window == window.max())
    return dx


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (to_corners, "you add dy[i] win[i, k] to dx[k]; it belongs to dx[S i + k]"),
        (overwriting, "of the products that meet in one entry of dx only those of the last i are left"),
        (to_all_ties, "in the case shown dy[0] is added to dx[1], where it does not belong"),
    ],
)
def test_a_function_is_read_where_a_factor_follows_from_other_arguments(answer, cause):
    def cases(rng):
        xs = [np.array([4.0, 4, 1, 5]), np.array([2.0, 7, 3, 3, 0]), np.array([0.0, 1, 6, 1, 2, 8])]
        return [
            {"dy": rng.uniform(1, 2, (len(x) - 2) // stride + 1), "x": x, "stride": stride}
            for stride in (2, 1)
            for x in xs
        ]

    equation = ("dx[S i + k] += dy[i] win[i, k]",)
    pooling = Exercise("pooling", {"dx": 1}, to_winners, cases, ("", "", ""), feeds=equation, known=winners)
    assert judge(pooling, asks(to_winners)).right
    finding = judge(pooling, asks(answer)).findings[0]
    assert finding.cause.startswith(cause)
    assert "in your answer" in dict(finding.rows)


def stable(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda z: stable(z.T).T, "each row of y sums to 1; your row 0 sums to "),
        (lambda z: np.abs(z) / np.abs(z).sum(1, keepdims=True), "100 more for every logit changes nothing; yours goes"),
        (lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True), "it is right while the largest |z| is 600, and wrong"),
    ],
)
def test_a_wrong_answer_is_told_which_property_it_lacks(answer, cause):
    def rows(y, z):
        row = next((n for n, total in enumerate(np.sum(y, 1)) if abs(total - 1) > 1e-9), None)
        return "" if row is None else f"your row {row} sums to {np.sum(y, 1)[row]:.3g}"

    def moved(after, before, z):
        return "" if np.allclose(after, before) else f"yours goes from {before[0, 0]:.3g} to {after[0, 0]:.3g}"

    softmax = Exercise(
        "softmax",
        {"y": 1},
        stable,
        lambda rng: [
            {"z": np.array([[1.0, 2, 0]])},
            {"z": np.array([[2.0, 1, 0], [0, -1, 1]])},
            {"z": np.full((2, 3), 1e3)},
        ],
        ("", "", ""),
        properties=(
            Property("each row of y sums to 1", rows),
            Property("100 more for every logit changes nothing", moved, changed=lambda z: {"z": z + 100}),
        ),
        grows="z",
    )
    assert judge(softmax, asks(stable)).right
    with np.errstate(all="ignore"):
        assert judge(softmax, asks(answer)).findings[0].cause.startswith(cause)


def test_no_step_is_asked_for_where_the_answer_is_infinite():
    def of_equal_rows(got, due):
        if np.shape(got)[-1:] != np.shape(due)[-1:] or np.isnan(got).any():
            return np.inf
        return np.max(np.abs(got - due) / np.maximum(1, np.abs(due)))

    text = said("distance", of_equal_rows)
    assert "expected inf" in text
    assert "not by" not in text


def test_whole_numbers_are_explained_only_by_what_is_so():
    """An input of that type is named where there is one; nothing is said of decimals that were never cut off."""

    def of_its_type(dy, x):
        dw = np.zeros_like(x[: len(x) - len(dy) + 1])
        dw[:] = np.correlate(x, dy, "valid")
        return dw

    def ones(dy, x):
        return np.ones(len(x) - len(dy) + 1, np.int16)

    exercise = find("conv1d_weight_gradient")
    whole = [{"dy": np.array([0.5, 1.5]), "x": np.array([2, 1, 5])}]
    asked = dataclasses.replace(exercise, cases=lambda rng: whole)
    said = str(judge(asked, asks(of_its_type)))
    assert "x has that type too, and np.zeros_like(x) takes it over" in " ".join(said.split())
    assert "zeros_like" not in str(judge(asked, asks(ones)))
