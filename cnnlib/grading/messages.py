"""What goes between the grader and a student's process: frames of JSON and raw numbers, never pickles.

A frame is two lengths, a JSON object and the bytes of its arrays. Whatever arrives from a student's process is checked
here: sizes, types and depth. What passes is plain data, and nothing of it is ever run on the grader's side.

Both sides import this file, so it needs nothing but NumPy and the standard library.
"""

import json
import math
import re
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

HEAD = struct.Struct("<II")  # bytes of JSON, bytes of numbers
JSON_LIMIT = 1 << 20
NUMBERS_LIMIT = 1 << 22
ANSWER_LIMIT = 1 << 16  # the same, of one answer: the grader looks at every number in it, and right ones have 12 KB
NOTEBOOK_LIMIT = 100 << 20  # the same, of what goes into a student's process
ITEMS_LIMIT = 10_000  # entries of lists, tuples, sets and dicts together
HASHED_LIMIT = 100  # entries of a set or dict: whole numbers can be chosen so that all of them collide
DEPTH_LIMIT = 8
TEXT_LIMIT = 10_000  # characters of one string
AXES_LIMIT = 16  # of an array: NumPy has 64, to which the checks add some; the product of thousands takes seconds
HURRY = 5  # the time for a call, after another one of the same check ran out of it, is divided by this
MOST_LATE = 3  # calls of one check that may run out of time
MOST_WHOLE = 1 << 1000  # larger whole numbers are cut to it: NumPy has no number type for either

# The texts of a checks.Answer, and the most characters of each that are read.
TEXTS = {"error": 2000, "kind": 80, "unwritten": 80, "line": 2000, "uses": 80, "warned": 2000, "printed": 2000}

NUMERIC = re.compile(r"[<>|][biufc]\d{1,2}")
ODD = re.compile(r"[<>|][OUSMmV]\d{0,4}(\[\w{1,9}\])?")  # objects, text, dates: only the dtype is sent
COLLECTIONS: dict[str, Any] = {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset, "dict": dict}

Build = Callable[[str, str], Any]


class WireError(Exception):
    """What was to be sent, or what arrived, is not of the agreed form."""


# ---------------------------------------------------------------- frames


def pack(message: dict[str, Any], numbers: bytes | bytearray = b"", most: int = NUMBERS_LIMIT) -> bytes:
    """The bytes of one frame; raises WireError if it is too large."""
    text = json.dumps(message).encode()
    _check_sizes(len(text), len(numbers), most)
    return HEAD.pack(len(text), len(numbers)) + text + numbers


def size(head: bytes | bytearray) -> int:
    """The length of the frame that begins with these HEAD.size bytes; raises WireError if it is too large."""
    lengths: tuple[int, int] = HEAD.unpack(head)
    _check_sizes(*lengths, NUMBERS_LIMIT)
    return HEAD.size + sum(lengths)


def send(stream: BinaryIO, frame: bytes | bytearray) -> None:
    stream.write(frame)
    stream.flush()


def receive(stream: BinaryIO, most: int = NUMBERS_LIMIT) -> tuple[dict[str, Any], bytes]:
    """The next frame; raises EOFError at the end of the stream, WireError for what is no frame."""
    text_length, numbers_length = HEAD.unpack(_exactly(stream, HEAD.size))
    _check_sizes(text_length, numbers_length, most)
    text, numbers = _exactly(stream, text_length), _exactly(stream, numbers_length)
    try:
        message = json.loads(text.decode())
    except (ValueError, RecursionError) as problem:
        raise WireError(f"not JSON: {problem}") from None
    if not isinstance(message, dict):
        raise WireError("not a JSON object")
    return message, numbers


def _check_sizes(text: int, numbers: int, most: int) -> None:
    if text > JSON_LIMIT or numbers > most:
        raise WireError(f"larger than the {most >> 20} MB that may be sent")


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if data is None or len(data) < count:
        raise EOFError
    return data


# ---------------------------------------------------------------- values


def encode(value: Any, numbers: bytearray) -> Any:
    """JSON for a value; the entries of its arrays are appended to `numbers`, in the order in which they occur.

    Arrays keep dtype, shape and memory layout. What is neither a number, text, an array nor a collection of those
    is sent as its type's name and its repr.
    """
    return _encode(value, numbers, [ITEMS_LIMIT], DEPTH_LIMIT)


def _encode(value: Any, numbers: bytearray, items_left: list[int], depth: int) -> Any:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, np.ndarray | np.generic):
        return _encode_array(value, numbers)
    if isinstance(value, int):
        return max(-MOST_WHOLE, min(MOST_WHOLE, int(value)))
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return str(value)[:TEXT_LIMIT]
    for kind, collection in COLLECTIONS.items():
        if isinstance(value, collection):
            items_left[0] -= len(value)
            if items_left[0] < 0 or depth == 0:
                raise WireError(f"a {kind} with too many entries to be sent")
            items = value.items() if kind == "dict" else value  # a dict as its pairs
            return {kind: [_encode(item, numbers, items_left, depth - 1) for item in items]}
    if callable(value) and isinstance(getattr(value, "source", None), str):
        return {"function": [value.source, value.__name__]}
    return {"other": [type(value).__name__, _repr(value)]}


def _encode_array(value: np.ndarray | np.generic, numbers: bytearray) -> Any:
    array = np.asarray(value)
    if not NUMERIC.fullmatch(array.dtype.str):
        return {"odd": [array.dtype.str, isinstance(value, np.generic)]}
    if len(numbers) + array.nbytes > NUMBERS_LIMIT:
        raise WireError(f"an array of shape {array.shape} is larger than the {NUMBERS_LIMIT >> 20} MB that may be sent")
    numbers += np.ascontiguousarray(array).tobytes()
    if isinstance(value, np.generic):
        return {"scalar": array.dtype.str}
    layout = "C" if array.flags.c_contiguous else "F" if array.flags.f_contiguous else "stepping"
    return {"array": [array.dtype.str, list(array.shape), layout]}


def _repr(value: Any) -> str:
    try:
        return str(repr(value))[:200]
    except BaseException:
        return ""


def decode(item: Any, numbers: bytes, build: Build | None = None) -> Any:
    """The value that `encode` made JSON of; raises WireError for anything else.

    Args:
        build: makes a function of (source, name). Only the student's side has one: the grader never runs what it got.
    """
    try:
        return Decoder(numbers, build).value(item, DEPTH_LIMIT)
    except WireError:
        raise
    except (TypeError, ValueError, KeyError, OverflowError, MemoryError) as problem:
        raise WireError(f"not a value: {problem}") from None


class Decoder:
    """Reads arrays off `numbers` one after the other, in the order in which values are asked for."""

    def __init__(self, numbers: bytes, build: Build | None = None) -> None:
        self.numbers, self.at, self.build, self.left = numbers, 0, build, ITEMS_LIMIT

    def value(self, item: Any, depth: int = DEPTH_LIMIT) -> Any:
        if item is None or isinstance(item, float):
            return item
        if isinstance(item, int) and abs(item) <= MOST_WHOLE:
            return item
        if isinstance(item, str) and len(item) <= TEXT_LIMIT:
            return item
        if not isinstance(item, dict) or len(item) != 1 or depth < 0:
            raise WireError("not a value")
        [(kind, content)] = item.items()
        if kind in COLLECTIONS and isinstance(content, list):
            self.left = (ITEMS_LIMIT if depth == DEPTH_LIMIT else self.left) - len(content)
            if self.left < 0 or (kind not in ("list", "tuple") and len(content) > HASHED_LIMIT):
                raise WireError(f"a {kind} with too many entries")
            return COLLECTIONS[kind](self.value(part, depth - 1) for part in content)
        if kind == "array":
            return self.array(*content)
        if kind == "scalar":
            return self.array(content, [], "C")[()]
        if kind == "odd":
            dtype, scalar = content
            if not ODD.fullmatch(dtype):
                raise WireError("not a dtype")
            return np.zeros((), dtype)[()] if scalar else np.zeros(0, dtype)
        if kind == "function" and self.build:
            return self.build(*content)
        if kind == "other" and all(isinstance(text, str) for text in content):
            return _other(*content)
        raise WireError(f"not a value: {str(kind)[:40]}")

    def array(self, dtype: str, shape: list[int], layout: str) -> np.ndarray:
        if len(shape) > AXES_LIMIT:
            raise WireError(f"an array of {len(shape)} axes, and {AXES_LIMIT} may be sent")
        if not NUMERIC.fullmatch(dtype) or not all(type(n) is int and n >= 0 for n in shape):
            raise WireError("not an array of numbers")
        count = math.prod(shape)
        if not count:  # it takes no bytes, but whoever walks along its other axes might never come to an end
            self.left -= math.prod(n or 1 for n in shape)
            if self.left < 0:
                raise WireError(f"an empty array of shape {tuple(shape)}")
        length = count * np.dtype(dtype).itemsize
        if length > len(self.numbers) - self.at:
            raise WireError(f"an array of shape {tuple(shape)} without its numbers")
        flat = np.frombuffer(self.numbers, dtype, count, self.at) if count else np.empty(0, dtype)
        self.at += length
        array = flat.reshape(shape).copy()
        if layout == "F":
            return np.asfortranarray(array)
        if layout == "stepping":  # as cnnlib.checks.stepping makes it, which the student's side does not have
            return np.repeat(array[..., ::-1], 2, axis=-1)[..., ::-2]
        return array


def _other(name: str, text: str) -> Any:
    """An object that shows the type's name and the repr of one that could not be sent, and can do nothing else."""
    kind = type(name[:60] if name.isidentifier() else "object", (), {"__repr__": lambda self: text[:200]})
    return kind()
