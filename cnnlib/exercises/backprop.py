"""Lecture 03, backpropagation on computational graphs: its exercises in order, and its polls."""

from cnnlib.checks import poll
from cnnlib.exercises.backprop_activations import ACTIVATION_BACKWARD
from cnnlib.exercises.backprop_count import COUNT_PATHS
from cnnlib.exercises.backprop_descent import DESCEND
from cnnlib.exercises.backprop_graph import GRAPH_GRADIENTS
from cnnlib.exercises.backprop_layers import LINEAR_BACKWARD, VJP
from cnnlib.exercises.backprop_measured import CENTRAL_DIFFERENCE, RELATIVE_ERROR
from cnnlib.exercises.backprop_paths import PATH_SUM
from cnnlib.exercises.backprop_pixels import PIXEL_GRADIENT

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
        "B": (False, "it is the other one's value: ∂(r g)/∂r = g."),
        "C": (True, "the larger one passes with 1; a small nudge of the other changes nothing: 0."),
        "D": (False, "what its children send is added up. Nothing is divided."),
    },
    hints=(
        "Write down the local derivatives of r + g, of r · g and of max(r, g).",
        "An edge multiplies what comes from above by its local derivative. Where edges leave one node, what comes "
        "back adds.",
        "(3.6)  dα = sum over the edges (α, β) of s(α, β) dβ",
    ),
)

POLL_BUG_HUNT = poll(
    "poll_bug_hunt",
    options={
        "A": (
            True,
            "dc is 6: the road over e alone, over the 9 that came straight from o. All that follows is too small.",
        ),
        "B": (True, "de is 9, the value of e itself; the edge from e to o has the local derivative c = 6."),
        "C": (False, "then every slope would be doubled: de = 12 and dc = 30. de is doubled, dc is not."),
        "D": (True, "dc and de are right, but db is 3 · 9: c sent on the 9 before the 6 over e had come."),
        "E": (
            True,
            "de = 6 + 6, and what stood in dc from the first time is sent on once more: more than twice as much.",
        ),
        "F": (
            False,
            "differences of numbers near 54 keep 15 digits or so: with h = 1e-13 that leaves two. It is rounding.",
        ),
    },
    hints=(
        "Start at the output: de is the first slope on the way back. In which program is it wrong already?",
        "Then dc = 9 + 6: 9 straight from o, 6 over e. Which programs have 15? What did they send on to b?",
        "db = 3 · dc. In program 1 db is 3 · 6, in program 4 it is 3 · 9; dc in program 3 is 15 + 9 + 12",
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
