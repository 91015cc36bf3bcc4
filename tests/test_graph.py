"""The computational graph: two routes to one gradient, and their price."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import steady

from cnnlib.gradients import central_difference
from cnnlib.graph import (
    Graph,
    cosine,
    edges,
    gradient_by_paths,
    gradients,
    larger,
    logistic,
    paths,
    plus,
    product_graph,
    sine,
    square,
    times,
)
from cnnlib.plotting import backprop as draw


def two_paths(w):
    graph = Graph()
    graph.variable("w", w)
    graph.node("y", square, "w")
    graph.node("p", sine, "y")
    graph.node("q", cosine, "y")
    graph.node("o", plus, "p", "q")
    return graph


@steady
@given(st.floats(-2, 2))
def test_lee_s_product_graph_gives_32_w_31(w):
    graph = product_graph(w)
    by_paths, price_of_paths = gradient_by_paths(graph, "w", "o")
    by_program, price_of_program = gradients(graph, "o")
    assert math.isclose(graph.values["o"], w**32, rel_tol=1e-9, abs_tol=1e-300)
    assert math.isclose(by_paths, 32 * w**31, rel_tol=1e-9, abs_tol=1e-300)
    assert math.isclose(by_program["w"], by_paths, rel_tol=1e-9, abs_tol=1e-300)
    assert len(list(paths(graph, "w", "o"))) == 32
    assert (price_of_paths, price_of_program) == (32 * 6, 2 + 4 * 4 + 2)


def test_a_hundred_nodes_in_three_layers_are_a_million_paths():
    for width in (2, 5, 10):
        assert sum(1 for _ in paths(product_graph(1.0, depth=3, width=width), "w", "o")) == width**3
    assert gradients(product_graph(1.0, depth=3, width=100), "o")[0]["w"] == 100**3


@steady
@given(st.floats(-2, 2))
def test_sin_w2_plus_cos_w2(w):
    expected = -2 * w * math.sin(w * w) + 2 * w * math.cos(w * w)
    assert math.isclose(gradient_by_paths(two_paths(w), "w", "o")[0], expected, abs_tol=1e-12)
    assert math.isclose(gradients(two_paths(w), "o")[0]["w"], expected, abs_tol=1e-12)


def test_one_path_cos_w2_and_two_nested_sigmoids():
    graph = Graph()
    graph.variable("w", 0.7)
    graph.node("o", cosine, graph.node("y", square, "w"))
    assert math.isclose(gradients(graph, "o")[0]["w"], -1.4 * math.sin(0.49))
    nested = Graph()
    nested.variable("w", 0.7)
    nested.node("o", logistic, nested.node("y", logistic, "w"))
    assert math.isclose(nested.values["o"], 1 / (1 + math.exp(-1 / (1 + math.exp(-0.7)))))


def test_random_graphs_agree_by_both_routes_and_with_differences():
    for seed in range(60):

        def build(inputs, seed=seed):
            rng = np.random.default_rng(seed)
            graph = Graph()
            names = [graph.variable(f"x{i}", value) for i, value in enumerate(inputs)]
            for k in range(7):
                parents = rng.choice(names, rng.integers(2, 4))  # with repetition: some parents count twice
                operation = (times, plus)[rng.integers(2)]
                inner = graph.node(f"a{k}", operation, *parents)
                names.append(graph.node(f"b{k}", (sine, cosine, logistic)[rng.integers(3)], inner))
            return graph, names[-1]

        inputs = np.random.default_rng(seed).uniform(-1, 1, 3)
        graph, last = build(inputs)
        program, price = gradients(graph, last)
        measured = central_difference(lambda v, build=build: build(v)[0].values[build(v)[1]], inputs)
        for i in range(3):
            by_paths, price_of_paths = gradient_by_paths(graph, f"x{i}", last)
            assert math.isclose(by_paths, program[f"x{i}"], rel_tol=1e-9, abs_tol=1e-12), seed
            assert math.isclose(by_paths, measured[i], rel_tol=1e-5, abs_tol=1e-7), seed
        assert price <= sum(map(len, graph.children.values()))
        assert price_of_paths >= 0


def test_nodes_after_the_target_have_no_part_in_it():
    graph = two_paths(0.5)
    slopes, _ = gradients(graph, "p")
    assert slopes["o"] == slopes["q"] == 0
    assert slopes["p"] == 1
    assert gradient_by_paths(graph, "q", "p")[0] == 0


@pytest.mark.parametrize(
    ("wrong", "needles"),
    [
        (lambda g: g.variable("w", 1.0), ("'w'", "new")),
        (lambda g: g.node("z", times, "nobody"), ("parent", "nobody", "w")),
        (lambda g: g.node("z", lambda a, b: (a, (1.0,)), "w", "y"), ("2 derivatives", "got 1")),
        (lambda g: gradients(g, "nobody"), ("target", "nobody")),
        (lambda g: gradient_by_paths(g, "nobody", "o"), ("source", "nobody")),
    ],
)
def test_wrong_names_are_named(wrong, needles):
    with pytest.raises(ValueError, match="must") as caught:
        wrong(two_paths(0.5))
    assert all(needle in str(caught.value) for needle in needles)


def test_as_plain_data_each_node_names_its_parents_and_its_local_derivatives():
    graph = Graph()
    graph.variable("a", 3.0)
    graph.variable("b", 2.0)
    graph.node("y", times, "a", "b", "a")
    graph.node("o", larger, "y", "b")
    assert edges(graph) == {"a": [], "b": [], "y": [("a", 6.0), ("a", 6.0), ("b", 9.0)], "o": [("b", 0.0), ("y", 1.0)]}
    assert list(edges(graph)) == list(graph.values)


@pytest.mark.parametrize("x", [(2.0, 5.0), (5.0, 2.0), (4.0, 4.0, 1.0), (-1.0,)])
def test_the_larger_one_wins_and_of_equals_the_first(x):
    value, derivatives = larger(*x)
    assert value == max(x)
    assert sum(derivatives) == 1
    assert derivatives[x.index(value)] == 1


def shown(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_drawing_shows_every_node_its_value_and_every_local_derivative():
    texts = shown(draw.graph(two_paths(0.5)))
    assert [name for name in "wypqo" if not any(text.startswith(f"{name}\n") for text in texts)] == []
    local = [f"{z:.3g}" for children in two_paths(0.5).children.values() for _, z in children]
    assert sorted(text for text in texts if text and "\n" not in text) == sorted(z.replace("-", "−") for z in local)


def test_with_a_target_the_drawing_shows_values_forward_and_slopes_backward():
    texts = shown(draw.graph(two_paths(0.5), "o"))
    slopes, _ = gradients(two_paths(0.5), "o")
    for name, slope in slopes.items():
        assert f"d{name} = {slope:.3g}" in texts
    sent_back = two_paths(0.5).children["y"]
    for child, z in sent_back:
        assert f"{z * slopes[child]:.3g}".replace("-", "−") in texts


def test_the_table_of_the_bug_hunt_is_what_right_and_wrong_programs_print():
    graph = Graph()
    graph.variable("a", 3.0)
    graph.variable("b", 2.0)
    graph.node("c", times, "a", "b")
    graph.node("e", plus, "c", "a")
    graph.node("o", times, "e", "c")
    right, _ = gradients(graph, "o")
    _, *rows = draw.suspects().splitlines()
    table = {row.split()[0][1:]: [float(text) for text in row.split()[1:]] for row in rows}
    assert list(table) == ["e", "c", "a", "b"]
    for name, (exact, measured, rounded, *_) in table.items():
        assert exact == right[name]
        assert math.isclose(measured, exact, rel_tol=1e-4)
        assert measured != rounded
    programs = np.array([row[3:] for row in table.values()])
    assert (programs != [[row[0]] for row in table.values()]).any(0).all()


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (1, 4)])
def test_the_pictures_of_a_layer_hold_the_numbers_they_are_about(shape):
    rng = np.random.default_rng(0)
    J, dy = rng.integers(1, 9, shape).astype(float), rng.integers(1, 9, shape[0]).astype(float)
    texts = shown(draw.pulled_back(J, dy))
    assert all(f"{v:g}" in texts for v in [*J.ravel(), *dy, *(dy[:, None] * J).ravel(), *(J.T @ dy)])
    texts = shown(draw.outer_sum(J, J[:, :1] + [[1.0, 5.0]]))
    assert all(f"{v:g}" in texts for v in (J.T @ (J[:, :1] + [[1.0, 5.0]])).ravel())
