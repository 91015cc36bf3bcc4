"""Data: gates and clouds in the plane, handwritten digits, a picture."""

import gzip
import zlib
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cnnlib.arguments import Array, real, whole

GATES = {
    "AND": (-1, -1, -1, 1),
    "OR": (-1, 1, 1, 1),
    "NAND": (1, 1, 1, -1),
    "XOR": (-1, 1, 1, -1),
    "NOT": (1, -1),
}

MNIST_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MNIST_SHA256 = {
    "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}


class Split(NamedTuple):
    """Images and labels to learn from, and others, held out, to be judged by.

    Attributes:
        x_train, x_test: images (N, 1, H, W), float32 from 0 (paper) to 1 (ink).
        t_train, t_test: labels (N,), int64 from 0 to 9.
    """

    x_train: Array
    t_train: Array
    x_test: Array
    t_test: Array


def gate(name: str) -> tuple[Array, Array]:
    """The truth table of a logical gate.

    Args:
        name: AND, OR, NAND, XOR or NOT.

    Returns:
        x: all inputs, 0 or 1, (4, 2), or (2, 1) for NOT.
        t: outputs, -1 or +1, (4,) or (2,).

    Raises:
        ValueError: there is no such gate.

    Source: Arora, Neural Networks, "Training Perceptrons".
    """
    if name not in GATES:
        raise ValueError(f"name must be one of {', '.join(GATES)}, got {name!r}")
    t = np.array(GATES[name], float)
    return np.array(list(np.ndindex(*(2,) * (1 if name == "NOT" else 2))), float), t


def clouds(count: int = 100, *, gap: float = 1.5, seed: int = 0) -> tuple[Array, Array]:
    """Two clouds of points in the plane that a line can separate.

    Args:
        count: number of points.
        gap: width of the empty strip between the clouds, at least 0.
        seed: fixes the points.

    Returns:
        x: (count, 2) around the origin.
        t: (count,), -1 or +1.

    Raises:
        TypeError, ValueError: count is not a whole number of at least 1; gap is not a number of at least 0.
    """
    rng, across = np.random.default_rng(seed), np.array([0.6, 0.8])
    x = rng.standard_normal((whole("count", count), 2))
    t = np.where(x @ across > 0, 1.0, -1.0)
    return x + real("gap", gap, 0) / 2 * t[:, None] * across, t


def meshed(count: int = 200, *, turns: float = 1.0, noise: float = 0.05, seed: int = 0) -> tuple[Array, Array]:
    """Two classes that mesh: two arms of a spiral, wound around each other.

    Args:
        count: number of points.
        turns: how often each arm goes round, at least 0.
        noise: standard deviation of each point about its arm, at least 0.
        seed: fixes the points.

    Returns:
        x: (count, 2) within about the unit circle.
        t: (count,), -1 or +1.

    Raises:
        TypeError, ValueError: count is not a whole number of at least 1; turns or noise is not a number of at least 0.

    Source: Arora, Neural Networks, "Different Non-Linearly Separable Problems".
    """
    rng = np.random.default_rng(seed)
    t = np.where(np.arange(whole("count", count)) % 2, 1.0, -1.0)
    radius = np.sqrt(rng.uniform(0.02, 1, len(t)))
    angle = 2 * np.pi * real("turns", turns, 0) * radius + np.pi * (t > 0)
    arms = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return arms + real("noise", noise, 0) * rng.standard_normal(arms.shape), t


def digits() -> Split:
    """Real handwritten digits of 8 x 8 pixels, without a network: 1442 to learn from, 355 held out.

    Every fifth image of each kind is held out, so that the split is fixed and both parts hold all hands.

    Source: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, E. Alpaydin and C. Kaynak,
    1998, CC BY 4.0; the file names both.
    """
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
        x, labels = file["images"][:, None].astype(np.float32) / 16, file["labels"].astype(np.int64)
    test = np.zeros(len(x), bool)
    for kind in range(10):
        test[np.flatnonzero(labels == kind)[4::5]] = True
    return Split(x[~test], labels[~test], x[test], labels[test])


def mnist(folder: str | PathLike[str] | None = None) -> Split:
    """The 70,000 handwritten digits of 28 x 28 pixels, 10,000 of them held out (LeCun, Cortes and Burges).

    Args:
        folder: where the four IDX files lie, as they are or gzipped; by default they are fetched once, with checksums
            and a progress bar, into pooch's cache.

    Raises:
        FileNotFoundError: the folder lacks one of the files.
        ValueError: a file is not what its name says.
        ModuleNotFoundError: nothing is to be read from a folder, and pooch is not installed.
        ConnectionError: the files are not cached and cannot be fetched.
    """
    x_train, t_train, x_test, t_test = (
        _read_idx(_find(Path(folder), name) if folder is not None else _fetch(name)) for name in MNIST_SHA256
    )
    for part, x, t in (("train", x_train, t_train), ("t10k", x_test, t_test)):
        if x.ndim != 3 or t.shape != x.shape[:1]:
            raise ValueError(f"{part}: images must be (N, H, W) and labels (N,), got {x.shape} and {t.shape}")
    scaled = [x[:, None].astype(np.float32) / 255 for x in (x_train, x_test)]
    return Split(scaled[0], t_train.astype(np.int64), scaled[1], t_test.astype(np.int64))


def sample_picture(*, colour: bool = False) -> Array:
    """A photograph of Grace Hopper, which comes with matplotlib.

    Returns:
        picture: (600, 512), or (3, 600, 512) in red, green and blue; float32 from 0 (black) to 1 (white).
    """
    import matplotlib  # here, so that importing the package stays cheap
    from PIL import Image

    with Image.open(Path(matplotlib.get_data_path(), "sample_data", "grace_hopper.jpg")) as image:
        picture = np.asarray(image if colour else image.convert("L"), np.float32) / 255
    return picture.transpose(2, 0, 1).copy() if colour else picture


def _find(folder: Path, name: str) -> Path:
    for candidate in (name, name.removesuffix(".gz"), name.removesuffix(".gz").replace("-idx", ".idx")):
        if (folder / candidate).is_file():
            return folder / candidate
    raise FileNotFoundError(f"folder must hold {name} (or the same without .gz), but {folder} does not")


def _fetch(name: str) -> Path:
    try:
        import pooch
    except ImportError as error:
        raise ModuleNotFoundError(
            "fetching MNIST needs the package pooch (pip install pooch); digits() needs nothing, "
            "and mnist(folder) reads files that you have"
        ) from error
    try:
        return Path(
            pooch.retrieve(
                MNIST_URL + name, f"sha256:{MNIST_SHA256[name]}", name, pooch.os_cache("cnnlib"), progressbar=True
            )
        )
    except OSError as error:
        raise ConnectionError(
            f"{name} could not be fetched: is there a network? digits() needs none, and mnist(folder) reads the four "
            f"files {', '.join(MNIST_SHA256)} from a folder"
        ) from error


def _read_idx(path: Path) -> Array:
    """An IDX file: two bytes 0, a byte 8 for bytes, the number of axes, each axis in four bytes, and the entries."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as problem:
            raise ValueError(f"{path.name} must be a whole gzip file: {problem}; fetch it again") from problem
    if len(data) < 4 or data[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path.name} must be an IDX file of bytes, but begins with {data[:4].hex(' ') or 'nothing'}")
    start = 4 + 4 * data[3]
    shape = tuple(int(n) for n in np.frombuffer(data[4:start], ">u4"))
    if len(data) - start != np.prod(shape, dtype=int):
        raise ValueError(f"{path.name} must hold {shape} bytes after its head, got {len(data) - start}")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)
