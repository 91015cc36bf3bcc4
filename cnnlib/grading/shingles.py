"""What code is made of, as numbers: runs of its syntax tree, whatever its names, spaces and comments are.

For students' code this runs inside the sandbox. Two pieces of code that were written apart share few of these numbers.
Source: Schleimer, Wilkerson and Aiken, Winnowing, SIGMOD 2003; here the runs are of the tree, and all of them are kept.
"""

import ast
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from zlib import crc32

LENGTH = 8  # nodes of the tree in one run
MOST_TEXT, MOST_OF_ALL = 20_000, 200_000  # characters of a cell, and of all cells, that are looked at
MOST = 8_000  # numbers of one notebook
UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def shingles(sources: Sequence[str], wanted: Collection[str]) -> dict[str, set[int]]:
    """Exercise -> numbers of 32 bits of the code that defines it; "" -> those of all other functions and classes."""
    until = accumulate(len(source) if len(source) <= MOST_TEXT else 0 for source in sources)
    seen = [
        source for source, end in zip(sources, until, strict=True) if len(source) <= MOST_TEXT and end <= MOST_OF_ALL
    ]
    trees = [tree for source in seen if (tree := _tree(source)) is not None]
    own = {name for tree in trees for node in ast.walk(tree) for name in _bound(node)}
    found: dict[str, set[int]] = {}
    for statement in (statement for tree in trees for statement in tree.body):
        names = [name for name in _bound(statement) if name in wanted]
        if names or isinstance(statement, DEFINITIONS):
            words = list(_words(statement, own))
            numbers = {crc32(" ".join(words[at : at + LENGTH]).encode()) for at in range(len(words) - LENGTH + 1)}
            found.setdefault(names[0] if names else "", set()).update(numbers)
            if sum(map(len, found.values())) > MOST:
                break
    return {name: set(sorted(numbers)[:MOST]) for name, numbers in found.items()}


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except UNPARSABLE:
        return None


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a node makes: whoever copies changes them."""
    if isinstance(node, DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _words(statement: ast.stmt, own: Collection[str]) -> Iterator[str]:
    """One for each node, in the order of the text, without docstrings and annotations."""
    nodes: list[ast.AST] = [statement]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Name):
            yield "_" if node.id in own else node.id
        elif isinstance(node, ast.Attribute):
            yield f".{node.attr}"
        elif isinstance(node, ast.Constant):
            yield "text" if isinstance(node.value, str) else repr(node.value)[:20]
        elif not isinstance(node, ast.expr_context | ast.arguments):
            yield type(node).__name__
        nodes += reversed([child for child in ast.iter_child_nodes(node) if not _is_talk(child, node)])


def _is_talk(child: ast.AST, node: ast.AST) -> bool:
    """A text that stands alone, or an annotation."""
    alone = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
    return alone or child in (getattr(node, "annotation", None), getattr(node, "returns", None))
