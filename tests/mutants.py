"""Mechanical mutants of a function: one small change of its source each, of the kinds that people make."""

import ast
import copy
import functools
import inspect
import itertools
import signal
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

SECONDS_A_CALL = 0.2  # of the processor: a busy machine makes nothing late
LATE = f"no answer within {SECONDS_A_CALL} s"
TOO_LATE = f"TimeoutError: {LATE}"

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
NAMES = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "argmax": "argmin",
    "correlate": "convolve",
    "convolve": "correlate",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "exp": "abs",
    "log": "abs",
    "floor": "ceil",
    "ceil": "floor",
}
TWINS = {  # the other axis: a name that does not exist raises, and is rejected
    **{"H": "W", "W": "H", "KH": "KW", "KW": "KH", "OH": "OW", "OW": "OH", "i": "j", "j": "i", "u": "v", "v": "u"},
    **{"rows": "columns", "columns": "rows", "n": "f", "f": "n", "t": "k"},
}
TURNS = {"transpose", "swapaxes", "flip", "flipud", "fliplr", "rot90"}
TEXTS = {"valid": ("full",), "full": ("same", "valid"), "same": ("full",)}


def mutants(function: Callable[..., Any], every: int = 1) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each mutant, or one in `every`, with a name that says what was changed and where."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    changes = ((number, node, change) for number, node in enumerate(_sites(tree)) for change in _changes(node))
    for number, node, (what, change) in itertools.islice(changes, 0, None, every):
        mutant = copy.deepcopy(tree)
        twin = _sites(mutant)[number]
        changed = change(twin)
        if changed is not twin:
            mutant = _Replace(twin, changed).visit(mutant)
        namespace = dict(function.__globals__)
        exec(compile(ast.fix_missing_locations(mutant), "<mutant>", "exec"), namespace)
        yield f"line {getattr(node, 'lineno', 0)}: {what}", _limited(namespace[function.__name__])


def _limited(mutant: Callable[..., Any]) -> Callable[..., Any]:
    """A mutant may loop for ever: that is a rejection, not a hanging test."""

    @functools.wraps(mutant)
    def stopped(*args: Any, **kwargs: Any) -> Any:
        before = signal.signal(signal.SIGPROF, _stop)
        signal.setitimer(signal.ITIMER_PROF, SECONDS_A_CALL)
        try:
            return mutant(*args, **kwargs)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    return stopped


def _stop(*_: Any) -> None:
    raise TimeoutError(LATE)


def _sites(tree: ast.Module) -> list[ast.AST]:
    """What may be changed. Defaults and annotations stay: the cases always pass every argument."""
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    annotations = [node.annotation for node in ast.walk(function) if isinstance(node, ast.AnnAssign)]
    kept = [function.args, *([function.returns] if function.returns else []), *annotations]
    left_alone = {id(node) for part in kept for node in ast.walk(part)}
    return [node for node in ast.walk(function) if id(node) not in left_alone]


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().generic_visit(node)


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], ast.AST]]]:
    """What can be done to one node: its description, and a function of the node's twin in a copied tree."""
    if isinstance(node, ast.BinOp):
        for other in OPERATORS.get(type(node.op), ()):
            yield f"{type(node.op).__name__} to {other.__name__}", _set("op", other())
        if isinstance(node.op, ast.Add | ast.Sub):
            yield "second term dropped", lambda twin: twin.left
        if isinstance(node.op, ast.Add):
            yield "first term dropped", lambda twin: twin.right
    elif isinstance(node, ast.AugAssign):
        yield "augmented assignment to =", lambda twin: ast.Assign(targets=[twin.target], value=twin.value)
        for other in OPERATORS.get(type(node.op), ()):
            yield f"{type(node.op).__name__}= to {other.__name__}=", _set("op", other())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus removed", lambda twin: twin.operand
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield "comparison changed", _set("ops", [COMPARISONS[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for step in (1, -1):
            yield f"{node.value} to {node.value + step}", _set("value", node.value + step)
    elif isinstance(node, ast.Constant) and node.value in TEXTS:
        for text in TEXTS[node.value]:
            yield f"{node.value} to {text}", _set("value", text)
    elif isinstance(node, ast.Slice):
        if node.step is not None:
            yield "step removed", _set("step", None)
        for end in ("lower", "upper"):
            if getattr(node, end) is not None:
                yield f"{end} end of a slice removed", _set(end, None)
                yield f"{end} end of a slice moved", _plus_one(end)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for number, part in enumerate(parts):
            if isinstance(part, ast.Name | ast.BinOp):
                yield f"index {number} moved", _moved_index(number)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TURNS:
        yield f"{node.func.attr} removed", _unturned
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose removed", lambda twin: twin.value
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in TWINS:
        yield f"{node.id} to {TWINS[node.id]}", _set("id", TWINS[node.id])
    elif isinstance(node, ast.Attribute | ast.Name):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        if name in NAMES:
            yield f"{name} to {NAMES[name]}", _set("attr" if isinstance(node, ast.Attribute) else "id", NAMES[name])


def _set(attribute: str, value: Any) -> Callable[[Any], ast.AST]:
    def change(twin: Any) -> ast.AST:
        setattr(twin, attribute, value)
        return twin

    return change


def _moved_index(number: int) -> Callable[[Any], ast.AST]:
    def change(twin: Any) -> ast.AST:
        holder = twin.slice.elts if isinstance(twin.slice, ast.Tuple) else [twin.slice]
        holder[number] = ast.BinOp(left=holder[number], op=ast.Add(), right=ast.Constant(1))
        if not isinstance(twin.slice, ast.Tuple):
            twin.slice = holder[0]
        return twin

    return change


def _unturned(twin: Any) -> ast.AST:
    """np.flip(x) to x, and x.transpose(...) to x."""
    module = isinstance(twin.func.value, ast.Name) and twin.func.value.id == "np"
    return twin.args[0] if module else twin.func.value


def _plus_one(end: str) -> Callable[[Any], ast.AST]:
    def change(twin: Any) -> ast.AST:
        setattr(twin, end, ast.BinOp(left=getattr(twin, end), op=ast.Add(), right=ast.Constant(1)))
        return twin

    return change
