"""Training: it learns, it repeats itself, it can be stopped, and a warm step touches no new memory."""

import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import need_module

from cnnlib import mse_loss
from cnnlib.data import clouds, digits, meshed
from cnnlib.network import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, Sigmoid, Tanh
from cnnlib.training import SGD, accuracy, confusion, fit, minibatches, predict


def classifier(seed=0):
    return Sequential(Linear(2, 16), Tanh(), Linear(16, 2), seed=seed)


def points(count=200):
    x, t = meshed(count, turns=0.6)
    return x.astype(np.float32), (t > 0).astype(int)


def small_cnn(seed):
    return Sequential(
        Conv2d(1, 16, 3, padding=1),
        ReLU(),
        Conv2d(16, 32, 3),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(32 * 9, 10),
        seed=seed,
    )


def test_a_small_cnn_reads_98_percent_of_the_held_out_digits():
    x, t, *held_out = digits()
    network = small_cnn(0)
    started = time.process_time()
    history = fit(network, x, t, epochs=15, rate=0.05, held_out=tuple(held_out), progress=False)
    print(f"{history.accuracy[-1]:.2%} held out, after {time.process_time() - started:.1f} s of processor time")
    assert history.accuracy[-1] >= 0.98
    assert accuracy(network, *held_out) == history.accuracy[-1]


def test_a_network_of_sigmoids_learns_too():
    x, t, *held_out = digits()
    network = Sequential(
        Conv2d(1, 8, 3, padding=1), Sigmoid(), MaxPool2d(2), Flatten(), Linear(128, 32), Sigmoid(), Linear(32, 10)
    )
    history = fit(network, x, t, epochs=10, rate=0.3, held_out=tuple(held_out), progress=False)
    assert history.accuracy[-1] > 0.9


def test_meshed_classes_and_regression_are_learned():
    x, t = points()
    assert fit(classifier(), x, t, epochs=60, rate=0.1, held_out=(x, t), progress=False).accuracy[-1] > 0.97
    x = np.linspace(-2, 2, 100, dtype=np.float32)[:, None]
    network = Sequential(Linear(1, 24), Tanh(), Linear(24, 1))
    history = fit(network, x, np.sin(2 * x), loss=mse_loss, epochs=150, rate=0.05, progress=False)
    assert np.mean(history.loss[-10:]) < 0.02


def test_the_seed_fixes_everything():
    x, t = points()
    runs = []
    for seed in (1, 1, 2):
        network = classifier(seed)
        runs.append((fit(network, x, t, epochs=3, seed=seed, progress=False).loss, network.parameters["0.weight"]))
    assert runs[0][0] == runs[1][0]
    assert np.array_equal(runs[0][1], runs[1][1])
    assert runs[0][0] != runs[2][0]


def test_the_history_has_a_loss_a_step_and_an_accuracy_an_epoch():
    x, t = points(50)
    history = fit(classifier(), x, t, epochs=3, batch_size=16, held_out=(x, t), progress=False)
    assert len(history.loss) == 3 * 4
    assert len(history.accuracy) == 3
    assert not history.interrupted


def test_an_interruption_keeps_what_was_learned_and_says_so(capsys):
    x, t = points()
    network, calls = classifier(), []

    def loss(outputs, targets):
        from cnnlib import cross_entropy

        calls.append(1)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return cross_entropy(outputs, targets)

    before = network.parameters["0.weight"].copy()
    history = fit(network, x, t, loss=loss, epochs=50, batch_size=32, progress=False)
    assert history.interrupted
    assert len(history.loss) == 9
    assert not np.array_equal(network.parameters["0.weight"], before)
    assert "Interrupted after 9 of 350 steps" in capsys.readouterr().out


def test_the_progress_bar_shows_steps_and_accuracy(capsys):
    x, t = points(64)
    fit(classifier(), x, t, epochs=2, batch_size=32, held_out=(x, t))
    shown = capsys.readouterr().err
    assert "4/4" in shown
    assert "held out" in shown


def test_sgd_is_torch_s(torch):
    rng = np.random.default_rng(0)
    ours = {"a": rng.standard_normal((3, 2)), "b": rng.standard_normal(4)}
    theirs = [torch.tensor(p.copy(), requires_grad=True) for p in ours.values()]
    mine, reference = SGD(ours, 0.1, 0.8), torch.optim.SGD(theirs, 0.1, 0.8)
    for _ in range(5):
        gradients = {name: rng.standard_normal(p.shape) for name, p in ours.items()}
        for leaf, gradient in zip(theirs, gradients.values(), strict=True):
            leaf.grad = torch.tensor(gradient)
        mine.step(gradients)
        reference.step()
        for p, leaf in zip(ours.values(), theirs, strict=True):
            assert np.allclose(p, leaf.detach().numpy(), rtol=1e-12)


def test_float32_stays_float32():
    network = classifier()
    x, t = points(32)
    fit(network, x, t, epochs=1, progress=False)
    assert {p.dtype for p in network.parameters.values()} == {np.dtype(np.float32)}


def test_minibatches_show_every_example_once():
    x, t = np.arange(23.0)[:, None], np.arange(23)
    batches = list(minibatches(x, t, 5, np.random.default_rng(0)))
    assert [len(inputs) for inputs, _ in batches] == [5, 5, 5, 5, 3]
    assert sorted(int(v) for _, targets in batches for v in targets) == list(range(23))
    assert all(np.array_equal(inputs[:, 0], targets) for inputs, targets in batches)
    assert [len(a) for a, _ in minibatches(x, t, 100, np.random.default_rng(0))] == [23]


def test_predictions_do_not_depend_on_the_batch_and_the_confusion_counts_them():
    x, t = clouds(70)
    x, t = x.astype(np.float32), (t > 0).astype(int)
    network = classifier()
    fit(network, x, t, epochs=30, rate=0.1, progress=False)
    assert np.allclose(predict(network, x, batch_size=7), network(x)[0], atol=1e-5)
    counts = confusion(network, x, t)
    assert counts.shape == (2, 2)
    assert counts.sum() == 70
    assert counts.trace() / 70 == accuracy(network, x, t)
    assert counts.sum(1).tolist() == np.bincount(t).tolist()


LENET_STEPS = """
import resource
import numpy as np
from cnnlib import cross_entropy
from cnnlib.network import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnlib.training import SGD

network = Sequential(
    Conv2d(1, 6, 5), ReLU(), MaxPool2d(2), Conv2d(6, 16, 5), ReLU(), MaxPool2d(2),
    Flatten(), Linear(256, 120), ReLU(), Linear(120, 84), ReLU(), Linear(84, 10),
)
rng = np.random.default_rng(0)
x, t = rng.standard_normal((64, 1, 28, 28), dtype=np.float32), rng.integers(0, 10, 64)
optimizer = SGD(network.parameters, 0.01, 0.9)

def step():
    y, backward = network(x)
    optimizer.step(backward(cross_entropy(y, t)[1](), input_gradient=False)[1])

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 20

faults()
print(faults())
"""


def test_a_warm_training_step_has_at_most_ten_page_faults():
    need_module("resource")
    done = subprocess.run([sys.executable, "-c", LENET_STEPS], capture_output=True, text=True, check=True)
    assert float(done.stdout) <= 10


def test_wrong_lengths_and_empty_sets_are_refused():
    x, t = points(10)
    with pytest.raises(ValueError, match="one target for each of the 10 examples of x, got 9"):
        fit(classifier(), x, t[:9], progress=False)
    with pytest.raises(ValueError, match=r"at least one example, got shape \(0, 2\)"):
        predict(classifier(), x[:0])
    with pytest.raises(ValueError, match=r"t must have shape \(10,\)"):
        accuracy(classifier(), x, t[:, None])
