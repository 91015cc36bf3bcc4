"""Data: bundled digits, MNIST from files, from a server and from nowhere, gates, clouds and the picture."""

import functools
import gzip
import hashlib
import http.server
import threading

import numpy as np
import pytest
from conftest import need_module

from cnnlib import data
from cnnlib.data import GATES, clouds, digits, gate, meshed, mnist, sample_picture

FILES = list(data.MNIST_SHA256)


def idx(array):
    """The bytes of an IDX file."""
    head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return head + array.astype(np.uint8).tobytes()


def small_mnist():
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (5, 4, 3)),
        rng.integers(0, 10, 5),
        rng.integers(0, 256, (2, 4, 3)),
        np.array([9, 0]),
    ]
    return dict(zip(FILES, arrays, strict=True))


def check_small(split):
    x_train, t_train, x_test, t_test = small_mnist().values()
    assert split.x_train.shape == (5, 1, 4, 3)
    assert split.x_train.dtype == split.x_test.dtype == np.float32
    assert np.array_equal(np.round(255 * split.x_train[:, 0]), x_train)
    assert np.array_equal(np.round(255 * split.x_test[:, 0]), x_test)
    assert split.t_train.tolist() == t_train.tolist()
    assert split.t_test.tolist() == t_test.tolist()


def test_the_digits_are_real_and_split_for_good():
    split = digits()
    assert split.x_train.shape == (1442, 1, 8, 8)
    assert split.x_test.shape == (355, 1, 8, 8)
    assert split.x_train.dtype == np.float32
    assert split.t_train.dtype == np.int64
    for x, t in (split[:2], split[2:]):
        assert x.min() == 0
        assert x.max() == 1
        assert np.bincount(t).min() >= 34
        assert len(np.bincount(t)) == 10
    together = {image.tobytes() for image in split.x_train} & {image.tobytes() for image in split.x_test}
    assert not together
    digest = hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in split)).hexdigest()
    again = hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in digits())).hexdigest()
    assert digest == again


def test_the_bundled_file_names_its_source_and_licence():
    with np.load(data.Path(data.__file__).with_name("digits.npz"), allow_pickle=False) as file:
        assert "UCI" in str(file["source"])
        assert "Alpaydin" in str(file["source"])
        assert "CC BY 4.0" in str(file["licence"])


@pytest.mark.parametrize("form", ["gzipped", "plain", "dotted"])
def test_mnist_is_read_from_a_folder(tmp_path, form):
    for name, array in small_mnist().items():
        plain = name.removesuffix(".gz")
        if form == "gzipped":
            (tmp_path / name).write_bytes(gzip.compress(idx(array)))
        else:
            (tmp_path / (plain if form == "plain" else plain.replace("-idx", ".idx"))).write_bytes(idx(array))
    check_small(mnist(tmp_path))
    check_small(mnist(str(tmp_path)))


def test_a_folder_that_lacks_a_file_is_named(tmp_path):
    for name, array in list(small_mnist().items())[:3]:
        (tmp_path / name).write_bytes(gzip.compress(idx(array)))
    with pytest.raises(FileNotFoundError, match=r"must hold t10k-labels-idx1-ubyte\.gz") as caught:
        mnist(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "needle"),
    [
        (b"", "begins with nothing"),
        (b"<html>not here</html>", "begins with 3c 68 74 6d"),
        (gzip.compress(idx(np.zeros((5, 4, 3))), mtime=0)[:-9], "must be a whole gzip file: .*ended before"),
        (gzip.compress(idx(np.zeros((5, 4, 3))), mtime=0)[:-4] + b"size", "whole gzip file: Incorrect length"),
        (gzip.compress(b"", mtime=0)[:10] + bytes(range(7, 99)), "must be a whole gzip file: Error -3"),
        (idx(np.zeros((5, 4, 3)))[:-1], r"must hold \(5, 4, 3\) bytes after its head, got 59"),
        (idx(np.zeros(5)), r"images must be \(N, H, W\) and labels \(N,\), got \(5,\)"),
        (idx(np.zeros((4, 4, 3))), r"got \(4, 4, 3\) and \(5,\)"),
    ],
)
def test_files_that_are_not_what_they_say_are_refused(tmp_path, wrong, needle):
    for name, array in small_mnist().items():
        (tmp_path / name).write_bytes(idx(array))
    (tmp_path / FILES[0]).write_bytes(wrong)
    with pytest.raises(ValueError, match=needle):
        mnist(tmp_path)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    pooch = need_module("pooch")
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "cnnlib"


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server on this machine that holds small MNIST files, with their checksums in place of the real ones."""
    folder = tmp_path / "served"
    folder.mkdir()
    for name, array in small_mnist().items():
        (folder / name).write_bytes(gzip.compress(idx(array)))
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    requests = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            requests.append(self.path)

    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        monkeypatch.setattr(data, "MNIST_URL", f"http://127.0.0.1:{running.server_port}/")
        monkeypatch.setattr(data, "MNIST_SHA256", sums)
        yield folder, requests
        running.shutdown()
        thread.join()


def test_mnist_is_fetched_once_with_a_progress_bar(cache, server, capsys):
    _, requests = server
    check_small(mnist())
    assert len(requests) == 4
    assert "100%" in capsys.readouterr().err
    assert sorted(path.name for path in cache.iterdir()) == sorted(FILES)
    check_small(mnist())
    assert len(requests) == 4


def test_a_file_with_a_wrong_checksum_is_refused(cache, server):
    folder, _ = server
    (folder / FILES[1]).write_bytes(gzip.compress(idx(np.zeros(5))))
    with pytest.raises(ValueError, match="hash"):
        mnist()
    assert not (cache / FILES[1]).exists()


def test_without_a_network_the_way_out_is_named(cache, monkeypatch):
    monkeypatch.setattr(data, "MNIST_URL", "http://127.0.0.1:9/")
    with pytest.raises(ConnectionError, match=r"digits\(\) needs none, and mnist\(folder\)") as caught:
        mnist()
    assert all(name in str(caught.value) for name in FILES)


def test_without_pooch_the_way_out_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pooch", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install pooch.*digits\(\)"):
        mnist()


@pytest.mark.parametrize("name", GATES)
def test_gates_are_their_truth_tables(name):
    x, t = gate(name)
    truth = {
        "AND": lambda a, b: a and b,
        "OR": lambda a, b: a or b,
        "NAND": lambda a, b: not (a and b),
        "XOR": lambda a, b: a != b,
        "NOT": lambda a: not a,
    }[name]
    assert [1 if truth(*map(bool, row)) else -1 for row in x] == t.tolist()
    assert len(np.unique(x, axis=0)) == len(x) == 2 ** x.shape[1]


def test_clouds_are_separable_with_their_gap_and_meshed_classes_are_not():
    x, t = clouds(300, gap=0.8, seed=2)
    assert (t * (x @ [0.6, 0.8])).min() >= 0.4
    assert {-1.0, 1.0} == set(t)
    x, t = meshed(300)
    design = np.column_stack([x, np.ones(300)])
    assert (np.sign(design @ np.linalg.lstsq(design, t, rcond=None)[0]) == t).mean() < 0.9
    for make in (clouds, meshed):
        assert np.array_equal(make(seed=1)[0], make(seed=1)[0])
        assert not np.array_equal(make(seed=1)[0], make(seed=2)[0])


def test_the_sample_picture():
    grey, colour = sample_picture(), sample_picture(colour=True)
    assert grey.shape == (600, 512)
    assert colour.shape == (3, 600, 512)
    assert grey.dtype == colour.dtype == np.float32
    assert 0 <= grey.min() < 0.1 < 0.9 < grey.max() <= 1
    assert np.allclose(grey, np.tensordot([0.299, 0.587, 0.114], colour, 1), atol=0.01)
