"""Known mistakes as edits: the reference's source, with something else in the place of some of its text."""

import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any


def instead(function: Callable[..., Any], *texts: str, **names: Any) -> Callable[..., Any]:
    """The function as it would be if other text stood in its source: instead(f, "+ b", "- b") subtracts b.

    Args:
        texts: in pairs what stands there, everywhere it does, and what is to stand there instead.
        names: what these names are to mean there: instead(f, pool=mean_of_each) calls that one for `pool`.

    Raises:
        ValueError: when it is first called, where the source does not have such a text.
    """
    return lambda *args, **kwargs: _edited(function, texts, tuple(names.items()))(*args, **kwargs)


@cache
def _edited(
    function: Callable[..., Any], texts: tuple[str, ...], names: tuple[tuple[str, Any], ...]
) -> Callable[..., Any]:
    source = textwrap.dedent(inspect.getsource(function))
    for old, new in zip(texts[::2], texts[1::2], strict=True):
        if old not in source:
            raise ValueError(f"{function.__name__} has no {old!r} in whose place {new!r} could stand")
        source = source.replace(old, new)
    namespace = function.__globals__ | dict(names)
    exec(compile(source, f"<{function.__name__}, edited>", "exec"), namespace)
    edited: Callable[..., Any] = namespace[function.__name__]
    return edited
