"""What arrived from a student's process, as an Answer."""

from collections.abc import Collection
from typing import Any

from cnnlib.checks import Answer
from cnnlib.grading import messages


def answer_of(message: dict[str, Any], numbers: bytes, keys: Collection[int | str]) -> Answer:
    """What arrived, as an Answer: whatever it claims to be, each field is of its type and of a sensible size.

    Args:
        keys: the positions and keywords of the call's arguments.
    """
    told = message.get("answer")
    if not isinstance(told, dict):
        return Answer(error="the process sent what is no answer")
    if len(numbers) > messages.ANSWER_LIMIT:
        return Answer(error="the process sent too large an answer")
    try:
        value = messages.decode(told.get("value"), numbers)
    except messages.WireError as problem:
        return Answer(error=text_of(f"the answer could not be read: {problem}"))
    seconds, changed = told.get("seconds"), told.get("changed")
    changed = [key for key in changed if isinstance(key, int | str)] if isinstance(changed, list) else []
    return Answer(
        value=value,
        changed=tuple(key for key in changed if key in keys),
        seconds=float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e6 else 0.0,
        **{name: text_of(told.get(name))[:most] for name, most in messages.TEXTS.items()},
    )


def text_of(told: Any) -> str:
    """A text that arrived, no longer than anybody reads; "" for anything else."""
    return told[:2000] if isinstance(told, str) else ""
