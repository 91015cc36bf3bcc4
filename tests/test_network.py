"""Layers and lists of layers, against PyTorch and central differences."""

import numpy as np
import pytest
from oracle import TOLERANCE, near

from cnnlib.gradients import check_network
from cnnlib.network import (
    AvgPool2d,
    Conv1d,
    Conv2d,
    DenseConnection,
    Flatten,
    Hardtanh,
    Linear,
    MaxPool2d,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    Tanh,
)
from cnnlib.training import SGD, fit, load, save, set_parameters


def small(**options):
    return Sequential(
        Conv2d(2, 3, (3, 2), stride=(1, 2), padding=1),
        Tanh(),
        MaxPool2d(2, stride=1),
        Residual(Conv2d(3, 3, 3, padding=1), Sigmoid()),
        DenseConnection(Conv2d(3, 2, 1), ReLU()),
        AvgPool2d((2, 1)),
        Flatten(),
        Linear(30, 6),
        Hardtanh(),
        Linear(6, 4),
        **options,
    )


def images(dtype=np.float64, seed=0):
    return np.random.default_rng(seed).standard_normal((3, 2, 5, 6)).astype(dtype)


def test_every_gradient_of_a_network_agrees_with_differences():
    for seed in range(5):
        check = check_network(small(seed=seed, dtype=np.float64), images(seed=seed), tolerance=1e-5)
        assert check.ok, check
    check = check_network(Sequential(Conv1d(5, 3, 3, stride=2, padding=1), Tanh(), dtype=np.float64), images()[0])
    assert check.ok, check


def test_names_and_shapes_are_pytorch_s():
    assert {name: p.shape for name, p in small().parameters.items()} == {
        "0.weight": (3, 2, 3, 2),
        "0.bias": (3,),
        "3.0.weight": (3, 3, 3, 3),
        "3.0.bias": (3,),
        "4.0.weight": (2, 3, 1, 1),
        "4.0.bias": (2,),
        "7.weight": (6, 30),
        "7.bias": (6,),
        "9.weight": (4, 6),
        "9.bias": (4,),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_are_carried_over_in_both_directions(torch, dtype):
    nn = torch.nn
    ours = Sequential(
        Conv2d(1, 4, 3, padding=1),
        ReLU(),
        MaxPool2d(2),
        Conv2d(4, 5, (2, 3), stride=2),
        Sigmoid(),
        Flatten(),
        Linear(10, 3),
        dtype=dtype,
        seed=4,
    )
    theirs = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 5, (2, 3), stride=2),
        nn.Sigmoid(),
        nn.Flatten(),
        nn.Linear(10, 3),
    ).to(getattr(torch, np.dtype(dtype).name))
    x = np.random.default_rng(0).standard_normal((6, 1, 8, 9)).astype(dtype)[..., :8]

    def agree():
        y, backward = ours(x)
        expected = theirs(torch.tensor(x))
        assert near(y, expected.detach().numpy(), TOLERANCE[dtype])
        dy = np.random.default_rng(1).standard_normal(y.shape).astype(dtype)
        theirs.zero_grad()
        expected.backward(torch.tensor(dy))
        gradients = backward(dy)[1]
        for name, parameter in theirs.named_parameters():
            assert near(gradients[name], parameter.grad.numpy(), TOLERANCE[dtype]), name

    set_parameters(ours, theirs.state_dict())
    agree()
    ours.initialise(np.random.default_rng(9))
    theirs.load_state_dict({name: torch.tensor(parameter) for name, parameter in ours.parameters.items()})
    agree()


def test_saving_and_loading_keeps_everything_and_needs_no_pickle(tmp_path):
    first, second = small(seed=1), small(seed=2)
    path = tmp_path / "net.npz"
    save(first, path)
    load(second, path)
    assert all(np.array_equal(p, second.parameters[name]) for name, p in first.parameters.items())
    assert np.array_equal(first(images(np.float32))[0], second(images(np.float32))[0])
    with np.load(path, allow_pickle=False) as arrays:
        assert set(arrays) == set(first.parameters)


def test_loading_refuses_another_network_and_changes_nothing(tmp_path):
    network = Sequential(Linear(3, 2))
    kept = {name: p.copy() for name, p in network.parameters.items()}
    save(Sequential(Linear(3, 2), Linear(2, 2)), tmp_path / "deeper.npz")
    with pytest.raises(ValueError, match=r"1\.bias, 1\.weight"):
        load(network, tmp_path / "deeper.npz")
    with pytest.raises(ValueError, match=r"0\.weight must have shape \(2, 3\).*got \(2, 4\)"):
        set_parameters(network, {"0.bias": np.ones(2), "0.weight": np.ones((2, 4))})
    assert all(np.array_equal(network.parameters[name], p) for name, p in kept.items())


def test_the_seed_fixes_the_weights():
    def same(one, other):
        return all(np.array_equal(p, other.parameters[name]) for name, p in one.parameters.items())

    assert same(small(seed=3), small(seed=3))
    assert not same(small(seed=3), small(seed=4))


@pytest.mark.parametrize("activation", [ReLU, Tanh, Hardtanh])
def test_initialisation_keeps_the_size_of_the_signal_through_depth(activation):
    layers = [layer for _ in range(20) for layer in (Linear(300, 300), activation())]
    y, _ = Sequential(*layers, seed=0)(np.random.default_rng(0).standard_normal((50, 300)).astype(np.float32))
    assert 0.3 < np.sqrt((y * y).mean()) < 3


def test_the_scale_follows_the_activation():
    def deviation(*layers):
        return Sequential(*layers).parameters["0.weight"].std() * np.sqrt(200)

    assert np.isclose(deviation(Linear(200, 300), ReLU()), np.sqrt(2), rtol=0.05)
    assert np.isclose(deviation(Linear(200, 300), Sigmoid()), 4, rtol=0.05)
    assert np.isclose(deviation(Linear(200, 300)), 1, rtol=0.05)
    assert np.isclose(deviation(Linear(200, 300), Linear(300, 2), ReLU()), 1, rtol=0.05)
    pooled = Sequential(Conv2d(8, 300, 5), MaxPool2d(2), ReLU()).parameters["0.weight"]
    assert np.isclose(pooled.std() * np.sqrt(200), np.sqrt(2), rtol=0.05)


def test_an_sgd_made_before_initialise_trains_the_living_arrays():
    for network in (small(), Linear(3, 2), Sequential(Linear(3, 2), dtype=np.float64)):
        optimizer = SGD(network.parameters, 1.0)
        network.initialise(np.random.default_rng(5))
        before = {name: p.copy() for name, p in network.parameters.items()}
        optimizer.step({name: np.ones_like(p) for name, p in before.items()})
        assert all(np.array_equal(p, before[name] - 1) for name, p in network.parameters.items())


def test_a_list_around_trained_layers_keeps_and_shares_what_they_learned():
    x, t = images(np.float32).reshape(3, -1), np.array([0, 1, 0])
    trunk, alone = Sequential(Linear(60, 5), Tanh(), seed=3), Linear(5, 4)
    for network, inputs in ((Sequential(trunk, Linear(5, 2)), x), (alone, trunk(x)[0])):
        fit(network, inputs, t, epochs=2, progress=False)
    kept = {name: p.copy() for name, p in (trunk.parameters | alone.parameters).items()}
    y, _ = alone(trunk(x)[0])
    network = Sequential(Residual(trunk, alone, Linear(4, 60)), ReLU(), seed=8)
    assert np.array_equal(network.parameters["0.0.0.weight"], kept["0.weight"])
    assert np.array_equal(network.parameters["0.1.weight"], kept["weight"])
    assert np.array_equal(alone(trunk(x)[0])[0], y)
    network.parameters["0.1.weight"] += 1
    assert np.array_equal(alone.parameters["weight"], kept["weight"] + 1)
    network.initialise(np.random.default_rng(1))
    assert not np.array_equal(trunk.parameters["0.weight"], kept["0.weight"])


def test_a_residual_can_start_as_the_identity_and_learns_from_there():
    block = Residual(Linear(4, 5), ReLU(), Linear(5, 4), identity=True)
    network = Sequential(block, Linear(4, 3), seed=3, dtype=np.float64)
    rng = np.random.default_rng(1)
    x, t = rng.standard_normal((6, 4)), np.array([0, 1, 2, 0, 1, 2])
    assert np.array_equal(block(x)[0], x)
    assert block.parameters["0.weight"].any()
    fit(network, x, t, epochs=2, progress=False)
    assert block.parameters["2.weight"].any()
    network.initialise(rng)
    assert np.array_equal(block(x)[0], x)


def test_a_list_refuses_trained_layers_of_another_dtype():
    trunk = Sequential(Linear(3, 2), dtype=np.float64)
    assert {p.dtype for p in trunk.parameters.values()} == {np.dtype(np.float64)}
    with pytest.raises(TypeError, match=r"dtype must be float64.*Linear\(weight \(2, 3\), bias \(2,\)\).*got float32"):
        Sequential(Linear(4, 3), trunk)
    assert Sequential(Linear(4, 3), trunk, dtype=np.float64)(np.ones((1, 4)))[0].shape == (1, 2)


def test_mahmoud_s_parameter_counts():
    def count(layer):
        return sum(p.size for p in layer.parameters.values())

    assert count(Linear(28 * 28, 100)) == 78_500
    assert count(Conv2d(1, 20, 5)) == 520
    assert Conv2d(3, 1, 3).parameters["weight"].size == 27


def test_pullbacks_repeat_themselves_and_leave_out_what_is_not_asked_for():
    network = small(seed=0)
    y, backward = network(images(np.float32))
    dx, gradients = backward(y)
    again, same = backward(y)
    left_out, still = backward(y, input_gradient=False)
    assert left_out is None
    assert np.array_equal(dx, again)
    assert all(np.array_equal(g, same[name]) and np.array_equal(g, still[name]) for name, g in gradients.items())
    assert set(gradients) == set(network.parameters)


def test_layers_before_the_first_weights_are_left_out_too():
    network = Sequential(Flatten(), Linear(60, 2))
    y, backward = network(images(np.float32).reshape(3, 2, 5, 6))
    assert backward(y, input_gradient=False)[0] is None
    assert backward(y)[0].shape == (3, 2, 5, 6)
    y, backward = Sequential(Flatten(), ReLU())(images(np.float32))
    assert backward(y, input_gradient=False) == (None, {})


def test_a_residual_refuses_layers_that_change_the_shape():
    with pytest.raises(ValueError, match=r"must have shape \(3, 2, 3, 4\).*got \(3, 2, 5, 6\)"):
        Residual(Conv2d(2, 2, 3))(images(np.float32))


def test_a_layer_shows_what_it_holds():
    layer = Conv2d(1, 2, 3)
    assert repr(Sequential(layer, ReLU())) == "Sequential(Conv2d(weight (2, 1, 3, 3), bias (2,)), ReLU())"
    assert not layer.drawn


def test_an_empty_batch_passes_through():
    y, backward = small()(images(np.float32)[:0])
    assert y.shape == (0, 4)
    assert backward(y)[0].shape == (0, 2, 5, 6)
