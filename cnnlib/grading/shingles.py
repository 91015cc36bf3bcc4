"""What code is made of, as numbers: runs of its syntax tree, whatever its names, spaces and comments are.

For students' code this runs inside the sandbox. Two pieces of code that were written apart share few of these numbers.
Source: Schleimer, Wilkerson and Aiken, Winnowing, SIGMOD 2003; here the runs are of the tree, and all of them are kept.
"""

import ast
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from zlib import crc32

LENGTH = 8  # nodes of the tree in one run
MOST = 8_000  # numbers of one notebook
UNSAID = ("ctx", "annotation", "returns", "type_comment", "type_params")  # fields of nodes
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def shingles(trees: Iterable[ast.Module], wanted: Collection[str]) -> dict[str, set[int]]:
    """Exercise -> numbers of 32 bits of the code that defines it; "" -> those of all other functions and classes."""
    kept: list[tuple[str, ast.stmt]] = []
    for statement in (statement for tree in trees for statement in tree.body):
        names = [name for name in _bound(statement) if name in wanted]
        if names or isinstance(statement, DEFINITIONS):
            kept.append((names[0] if names else "", statement))
    own = {name for _, statement in kept for node in ast.walk(statement) for name in _bound(node)}
    found: dict[str, set[int]] = {}
    left = MOST
    for name, statement in kept:
        words = _words(statement, own)
        runs = (" ".join(words[at : at + LENGTH]) for at in range(len(words) - LENGTH + 1))
        numbers = {crc32(run.encode(errors="replace")) for run in islice(runs, left)}
        found.setdefault(name, set()).update(numbers)
        left -= len(numbers)
    return found


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


def _words(statement: ast.stmt, own: Collection[str]) -> list[str]:
    """One for each node, in the order of the text, without docstrings and annotations."""
    words: list[str] = []
    nodes: list[ast.AST] = [statement]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Name):
            words.append("_" if node.id in own else node.id)
            continue
        if isinstance(node, ast.Constant):
            words.append("text" if isinstance(node.value, str) else repr(node.value)[:20])
            continue
        words.append(f".{node.attr}" if isinstance(node, ast.Attribute) else type(node).__name__)
        children: list[ast.AST] = []
        for field in node._fields:
            value = getattr(node, field, None)
            if field in UNSAID:
                continue
            if isinstance(value, list):
                children += [child for child in value if isinstance(child, ast.AST) and not _is_talk(child)]
            elif isinstance(value, ast.AST):
                children.append(value)
        nodes += reversed(children)
    return words


def _is_talk(child: ast.AST) -> bool:
    """A text that stands alone."""
    return isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
