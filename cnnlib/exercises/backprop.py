"""Lecture 03, backpropagation on computational graphs: its exercises in order, and its polls."""

from cnnlib.checks import poll
from cnnlib.exercises.backprop_descent import DESCEND
from cnnlib.exercises.backprop_graph import COUNT_PATHS, GRAPH_GRADIENTS, PATH_SUM
from cnnlib.exercises.backprop_layers import ACTIVATION_BACKWARD, LINEAR_BACKWARD, PIXEL_GRADIENT, VJP
from cnnlib.exercises.backprop_measured import CENTRAL_DIFFERENCE, RELATIVE_ERROR

LECTURE = "03_backprop"

POLL_ROUTES = poll(
    "poll_routes",
    options={
        "A": (True, "each path picks one node of each layer: 3 · 4 · 2."),
        "B": (False, "9 is the number of nodes in the layers. A path picks one of each layer: multiply."),
        "C": (True, "3 + 3 · 4 + 4 · 2 + 2 = 25, each once."),
        "D": (False, "the paths are four times as many, 96; the edges are 3 + 12 + 8 + 2 · 4 + 4 = 35."),
    },
    hints=(
        "Draw the layers as columns of dots. How many choices does a path have in each column?",
        "Choices multiply. Edges between two neighbouring layers: each node of one with each of the other.",
        "Paths: 3 · 4 · 2.  Edges: 1 · 3 + 3 · 4 + 4 · 2 + 2 · 1",
    ),
)

POLL_TRAFFIC = poll(
    "poll_traffic",
    options={
        "A": (True, "its local derivatives are 1 and 1."),
        "B": (False, "it is the other one's value: ∂(u v)/∂u = v."),
        "C": (True, "the larger one passes with 1; a small nudge of the other changes nothing: 0."),
        "D": (False, "what its children send is added up. Nothing is divided."),
    },
    hints=(
        "Write down the local derivatives of u + v, of u · v and of max(u, v).",
        "An edge multiplies what comes from above by its local derivative. Where edges leave one node, what comes "
        "back adds.",
        "(3.6)  du = sum over the edges (u, v) of s(u, v) dv",
    ),
)

POLL_BUG_HUNT = poll(
    "poll_bug_hunt",
    options={
        "A": (
            True,
            "ds is 6: the road over p alone, written over the 9 that came straight from o. All that follows is too "
            "small.",
        ),
        "B": (True, "dp is 9, the value of p itself; the edge from p to o has the local derivative s = 6."),
        "C": (False, "then every slope would be doubled: dp = 12 and ds = 30. dp is doubled, ds is not."),
        "D": (True, "ds and dp are right, but db is 3 · 9: s sent on the 9 before the 6 over p had come."),
        "E": (
            True,
            "dp = 6 + 6, and what stood in ds from the first time is sent on once more: more than twice as much.",
        ),
        "F": (
            False,
            "differences of numbers near 54 keep 15 digits or so: with h = 1e-13 that leaves two. It is rounding.",
        ),
    },
    hints=(
        "Start at the output: dp is the first slope on the way back. In which program is it wrong already?",
        "Then ds = 9 + 6: 9 straight from o, 6 over p. Which programs have 15? What did they send on to b?",
        "db = 3 · ds. In P db is 3 · 6, in S it is 3 · 9; ds in R is 15 + 9 + 12",
    ),
)

EXERCISES = (
    PATH_SUM,
    CENTRAL_DIFFERENCE,
    RELATIVE_ERROR,
    COUNT_PATHS,
    POLL_ROUTES,
    GRAPH_GRADIENTS,
    POLL_TRAFFIC,
    POLL_BUG_HUNT,
    VJP,
    ACTIVATION_BACKWARD,
    LINEAR_BACKWARD,
    PIXEL_GRADIENT,
    DESCEND,
)
