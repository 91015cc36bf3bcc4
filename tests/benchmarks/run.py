"""Speed beside PyTorch and beside NumPy as it is usually written: `python tests/benchmarks/run.py`.

All contenders of a table run in one process, in turns; medians are printed. OpenBLAS and OpenMP keep their idle threads
spinning for a while, so every turn begins with a pause and two calls that are not timed.
"""

import argparse
import ctypes
import glob
import os
import platform
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

WORKLOADS = {  # N, C, H = W, F, K, stride, padding
    "W1": (64, 1, 28, 6, 5, 1, 0),
    "W2": (64, 6, 12, 16, 5, 1, 0),
    "W3": (32, 16, 28, 32, 3, 1, 1),
    "W4": (16, 64, 32, 64, 3, 1, 1),
    "W5": (32, 16, 56, 32, 3, 2, 0),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1], help="numbers of threads to measure with")
    parser.add_argument("--rounds", type=int, default=12, help="turns of each contender")
    picture = os.path.join(tempfile.gettempdir(), "cnnlib_growth.png")
    parser.add_argument("--picture", default=picture, help="where the picture of growth goes")
    options = parser.parse_args()
    print(machine())
    for threads in options.threads:  # the libraries read their number of threads when they are loaded
        limits = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
        call = f"import run; run.measure({threads}, {options.rounds}, {options.picture!r})"
        here = Path(__file__).parent
        subprocess.run([sys.executable, "-c", call], env=os.environ | limits, cwd=here, check=True)


def machine():
    """Cores, versions, BLAS and the kind of core that it took this one for."""
    import numpy as np

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    pinned = os.environ.get("OPENBLAS_CORETYPE")
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"BLAS {blas['name']} {blas['version']}, core type {core_type(np)}"
        + (f" (pinned by OPENBLAS_CORETYPE={pinned})" if pinned else "")
    )


def core_type(np):
    """OpenBLAS's own answer, from the library that comes with NumPy."""
    for path in glob.glob(os.path.join(os.path.dirname(np.__file__), "..", "numpy.libs", "*openblas*")):
        library = ctypes.CDLL(path)
        for name in ("scipy_openblas_get_corename64_", "scipy_openblas_get_corename", "openblas_get_corename"):
            if function := getattr(library, name, None):
                function.restype = ctypes.c_char_p
                return function().decode()
    return "unknown"


def measure(threads, rounds, picture):
    """All tables with the number of threads that this process was started with."""
    import torch

    torch.set_num_threads(threads)
    print(f"\n== {threads} thread{'s' if threads > 1 else ''}, PyTorch {torch.__version__}, float32")
    peak = sgemm_peak(rounds)
    print(f"sgemm, 1024 x 1024: {peak / 1e9:.0f} GFLOP/s")
    training_steps(rounds)
    convolutions(rounds, peak)
    poolings(rounds)
    if threads > 1 or os.cpu_count() == 1:
        growth(rounds, picture)


def interleave(contenders, rounds, repeats=8, pause=0.05):
    """Median seconds of each contender, which take turns."""
    import numpy as np

    times = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, function in contenders.items():
            time.sleep(pause)
            function(), function()
            for _ in range(repeats):
                start = time.perf_counter()
                function()
                times[name].append(time.perf_counter() - start)
    return {name: float(np.median(values)) for name, values in times.items()}


def sgemm_peak(rounds):
    import numpy as np

    a, b = np.ones((2, 1024, 1024), np.float32)
    return 2 * 1024**3 / interleave({"": lambda: a @ b}, rounds)[""]


def training_steps(rounds):
    import baselines
    import lenet

    steps = {
        "cnnlib": lenet.ours(),
        "PyTorch": lenet.theirs(),
        "plain im2col": lenet.plain(baselines.conv2d_im2col),
        "sliding windows, tensordot": lenet.plain(baselines.conv2d_tensordot),
    }
    times = interleave(steps, rounds)
    print("\nLeNet training step, 28 x 28, batch 64        ms   / PyTorch    / cnnlib")
    for name, seconds in times.items():
        print(f"{name:40}{1e3 * seconds:8.2f}{seconds / times['PyTorch']:12.2f}{seconds / times['cnnlib']:12.2f}")
    print(f"page faults in a warm step of cnnlib: {page_faults(steps['cnnlib'])}")


def page_faults(step, count=20):
    try:
        import resource
    except ImportError:
        return "not counted by this system"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(count):
        step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / count


def convolutions(rounds, peak):
    import baselines
    import numpy as np
    import torch

    import cnnlib

    ours = {"cnnlib": cnnlib.conv2d, "im2col": baselines.conv2d_im2col, "tensordot": baselines.conv2d_tensordot}
    print(
        "\nconvolution, forward / forward and backward: PyTorch in ms, the others divided by it; share of sgemm's peak"
    )
    print(f"{'':4}{'PyTorch':>16}{'cnnlib':>16}{'im2col':>16}{'tensordot':>16}{'share of peak':>16}")
    for workload, (n, c, h, f, k, stride, padding) in WORKLOADS.items():
        rng = np.random.default_rng(0)
        x, w = rng.standard_normal((n, c, h, h), dtype=np.float32), rng.standard_normal((f, c, k, k), dtype=np.float32)
        b, options = np.ones(f, np.float32), {"stride": stride, "padding": padding}
        y, _ = cnnlib.conv2d(x, w, b, **options)
        dy = rng.standard_normal(y.shape, dtype=np.float32)
        leaves, upstream = [torch.tensor(a, requires_grad=True) for a in (x, w, b)], torch.tensor(dy)
        contenders = {
            ("PyTorch", 0): partial(torch_forward, leaves, options),
            ("PyTorch", 1): partial(torch_both, leaves, options, upstream),
        }
        for name, conv2d in ours.items():
            # Within a network every array arrives as the layer before has left it: for cnnlib, with the batch last.
            x_, dy_ = (last(x), last(dy)) if name == "cnnlib" else (x, dy)
            forward = partial(conv2d, x_, w, b, **options)
            contenders[name, 0] = forward
            contenders[name, 1] = lambda forward=forward, dy=dy_: forward()[1](dy)
        times = interleave(contenders, rounds, repeats=4)
        theirs, flops = (times["PyTorch", 0], times["PyTorch", 1]), 2 * c * k * k * y.size
        cells = [f"{1e3 * theirs[0]:.2f} / {1e3 * theirs[1]:.2f}"]
        cells += [f"{times[name, 0] / theirs[0]:.2f} / {times[name, 1] / theirs[1]:.2f}" for name in ours]
        cells += [f"{flops / times['cnnlib', 0] / peak:.2f} / {3 * flops / times['cnnlib', 1] / peak:.2f}"]
        print(f"{workload:4}" + "".join(f"{cell:>16}" for cell in cells))


def torch_forward(leaves, options):
    import torch

    with torch.no_grad():
        return torch.nn.functional.conv2d(*leaves, **options)


def torch_both(leaves, options, upstream):
    import torch

    return torch.autograd.grad(torch.nn.functional.conv2d(*leaves, **options), leaves, upstream)


def last(x):
    """The same array with the batch last in memory."""
    return x.transpose(1, 2, 3, 0).copy().transpose(3, 0, 1, 2)


def poolings(rounds):
    import numpy as np
    import torch

    import cnnlib

    rng = np.random.default_rng(0)
    print("\nmax pooling, (64, 16, 28, 28), forward / forward and backward, divided by PyTorch's")
    for size in (2, 3):
        x = rng.standard_normal((64, 16, 28, 28), dtype=np.float32)
        leaf, x = torch.tensor(x, requires_grad=True), last(x)
        ours, theirs = partial(cnnlib.max_pool2d, x, size, stride=2), partial(torch.max_pool2d, leaf, size, 2)
        dy = last(rng.standard_normal(ours()[0].shape, dtype=np.float32))
        upstream = torch.tensor(dy.copy())
        contenders = {
            "ours": ours,
            "ours both": lambda ours=ours, dy=dy: ours()[1](dy),
            "theirs": theirs,
            "theirs both": lambda theirs=theirs, leaf=leaf, dy=upstream: torch.autograd.grad(theirs(), leaf, dy),
        }
        times = interleave(contenders, rounds)
        forward, both = times["ours"] / times["theirs"], times["ours both"] / times["theirs both"]
        print(f"{size} x {size}, stride 2: {forward:.2f} / {both:.2f}")


def growth(rounds, path):
    """Time of a step against the batch, and of a convolution against the side of the image: tables and a picture."""
    import lenet
    import matplotlib
    import numpy as np

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    import cnnlib

    rng, step = np.random.default_rng(0), lenet.ours()
    w = rng.standard_normal((32, 16, 3, 3), dtype=np.float32)

    def convolve(x):
        y, backward = cnnlib.conv2d(x, w, padding=1)
        backward(y)

    steps = {
        n: partial(step, rng.standard_normal((n, 1, 28, 28), dtype=np.float32), rng.integers(0, 10, n))
        for n in (1, 4, 16, 64, 256, 512)
    }
    images = {
        n: partial(convolve, last(rng.standard_normal((16, 16, n, n), dtype=np.float32))) for n in (8, 16, 32, 64, 128)
    }
    tables = [
        ("batch", "LeNet training step", interleave(steps, rounds, 4), "image", lambda n: n),
        (
            "side",
            "conv2d and pullback, (16, 16, side, side)",
            interleave(images, rounds, 4),
            "pixel",
            lambda n: 16 * n * n,
        ),
    ]
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for (axis, title, times, unit, count), ax in zip(tables, axes, strict=True):
        print(f"\n{title}\n{axis:>8}{'ms':>10}{'us / ' + unit:>14}")
        for n, seconds in times.items():
            print(f"{n:8}{1e3 * seconds:10.2f}{1e6 * seconds / count(n):14.3f}")
        ax.loglog(list(times), [1e3 * s for s in times.values()], "o-", color="#0072b2")
        ax.set(title=title, xlabel=axis, ylabel="milliseconds")
        ax.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
    print(f"\npicture: {path}")


if __name__ == "__main__":
    main()
