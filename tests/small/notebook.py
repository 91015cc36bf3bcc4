"""The small lecture's notebook, as the cells of its solution: not a file, so that nothing runs it by accident."""

import nbformat
from nbformat import NotebookNode

LECTURE = "05_small"

SETUP = """import sys

from cnnlib.exercises import check, registry

registry.PACKAGE = "small.exercises"
"""

ADD_UP = '''def add_up(x):
    """The sum of x (L,)."""
    ### BEGIN SOLUTION
    secret_total = x.sum()
    return secret_total
    ### END SOLUTION'''

ENDS = '''def ends(x):
    """The first and the last of x (L,)."""
    ### BEGIN SOLUTION
    return x[0], x[-1]
    ### END SOLUTION'''

POLL = "poll_length = set()\n### BEGIN SOLUTION\npoll_length = {'B', 'C'}\n### END SOLUTION"

CELLS = (
    SETUP,
    "**Your turn: `add_up(x)`, 2 points.** Add it up.",
    ADD_UP,
    "check(add_up)",
    "**Your turn: `ends(x)`, 3 points: first 1, last 2.** Both ends.",
    ENDS,
    "check(ends)",
    "**Poll `poll_length`, 1 point.** What holds?",
    POLL,
    'check("poll_length")',
)


def notebook(*cells: str) -> NotebookNode:
    """A notebook of these cells; what begins with two stars or a hash and a blank is text."""
    made = nbformat.v4.new_notebook()
    for number, source in enumerate(cells or CELLS):
        new = nbformat.v4.new_markdown_cell if source.startswith(("**", "# ")) else nbformat.v4.new_code_cell
        made.cells.append(new(source, id=f"cell-{number}"))
    return made
