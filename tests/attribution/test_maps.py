"""CAM and Grad-CAM by hand, and where theory says that they agree."""

import keras
import networks
import numpy as np
import pytest
from keras import layers

from chromolens.attribution import front
from chromolens.errors import BadInput

LENGTH, WIDTH = 20, 5


def ask(network, inputs, method, **options):
    return front.attribute(network, inputs, method=method, batch_size=4, **options)


def network_of(*steps, tasks=2):
    inputs = x = keras.Input((LENGTH, 4))
    for step in steps:
        x = step(x)
    return networks.randomised(keras.Model(inputs, layers.Dense(tasks)(x)))


def averaging(padding="valid"):
    convolution = layers.Conv1D(6, WIDTH, padding=padding, activation="relu")
    return network_of(convolution, layers.GlobalAveragePooling1D())


def rectified(x, network):
    """Feature maps (n, positions, filters) of a first convolution with a ReLU, in float64."""
    kernel, bias = (np.float64(weight) for weight in network.weights[:2])
    count = x.shape[1] - len(kernel) + 1
    windows = (x[:, i : i + len(kernel)] for i in range(count))
    return np.maximum(np.stack([np.tensordot(w, kernel, 2) + bias for w in windows], axis=1), 0)


def stretched(maps):
    """(n, positions) -> (n, LENGTH), linear between the middles of positions."""
    positions = maps.shape[1]
    middles = (np.arange(LENGTH) + 0.5) * positions / LENGTH - 0.5
    return np.stack([np.interp(middles, np.arange(positions), row) for row in maps])


def test_cam_by_hand():
    network, x = averaging(), networks.sequences(4, LENGTH)
    x[1, 7] = 0
    maps, (w, b) = rectified(x, network), (np.float64(weight) for weight in network.weights[2:])
    found = ask(network, x, "cam", task=1)
    known = x.any(axis=-1)
    np.testing.assert_allclose(found.contributions, stretched(maps @ w[:, 1]) * known, atol=1e-5)
    assert found.hypothetical is None and np.isnan(found.completeness_error).all()
    np.testing.assert_allclose(found.values, maps.mean(axis=1) @ w[:, 1] + b[1], atol=1e-5)
    centred = ask(network, x, "cam", task=1, target="class_minus_mean").contributions
    difference = (w - w.mean(axis=1, keepdims=True))[:, 1]
    np.testing.assert_allclose(centred, stretched(maps @ difference) * known, atol=1e-5)


def test_the_mean_of_a_map_is_the_logit():
    network, x = averaging("same"), networks.sequences(4, LENGTH)
    found = ask(network, x, "cam")
    bias = float(network.weights[-1][0])
    np.testing.assert_allclose(found.contributions.mean(axis=1), found.values - bias, atol=1e-6)


def test_layers_that_change_nothing_change_no_map():
    """Neither behind the convolution nor behind the mean."""
    inert = [layers.Identity, lambda: layers.AlphaDropout(0.1), lambda: layers.GaussianNoise(0.1)]
    for method in ("cam", "grad_cam"):
        found = []
        for between in ([], inert):
            first = layers.Conv1D(6, WIDTH)
            steps = [*(made() for made in between), layers.ReLU(), layers.GlobalAveragePooling1D()]
            network = network_of(first, *steps, *(made() for made in between))
            found.append(ask(network, networks.sequences(4, LENGTH), method).contributions)
        assert np.abs(found[0]).max() > 1e-3
        np.testing.assert_array_equal(*found)


def test_grad_cam_by_hand():
    """conv - relu - flatten - dense - relu - dense: gradients at the maps by the chain rule."""
    convolution = layers.Conv1D(6, WIDTH, activation="relu")
    network = network_of(convolution, layers.Flatten(), layers.Dense(9, activation="relu"))
    x = networks.sequences(4, LENGTH)
    x[1, 7] = 0
    maps, (w1, b1, w2, _) = rectified(x, network), (np.float64(w) for w in network.weights[2:])
    open_gates = maps.reshape(4, -1) @ w1 + b1 > 0
    gradients = ((open_gates * w2[:, 1]) @ w1.T).reshape(maps.shape)
    signed = (maps * gradients.mean(axis=1, keepdims=True)).sum(axis=-1)
    known = x.any(axis=-1)
    found = ask(network, x, "grad_cam", task=1)
    expected = stretched(np.maximum(signed, 0)) * known
    np.testing.assert_allclose(found.contributions, expected, atol=1e-6)
    both_signs = ask(network, x, "grad_cam", task=1, relu=False).contributions
    np.testing.assert_allclose(both_signs, stretched(signed) * known, atol=1e-6)
    assert (signed < 0).any() and found.contributions.any() and found.hypothetical is None


@pytest.mark.parametrize("written", ["fused", "apart"])
def test_grad_cam_is_cam_where_a_mean_ends_the_network(written):
    """alpha[f] = w[f] / positions (Selvaraju et al., 2017, 3.1)."""
    if written == "fused":
        network, positions = averaging(), LENGTH - WIDTH + 1
    else:
        steps = [layers.Conv1D(6, 3, padding="same"), layers.BatchNormalization(), layers.ReLU()]
        network, positions = network_of(*steps, layers.GlobalAveragePooling1D()), LENGTH
    x = networks.sequences(4, LENGTH)
    cam, grad_cam = ask(network, x, "cam"), ask(network, x, "grad_cam", relu=False)
    np.testing.assert_allclose(
        positions * grad_cam.contributions, cam.contributions, rtol=1e-4, atol=1e-5
    )


def test_each_task_has_the_maps_of_its_own():
    """The last convolution before an output is not that of another output."""
    x = networks.sequences(3, 40)
    both = networks.profile()
    counts = keras.Model(both.inputs, both.outputs[1])
    options = {"method": "grad_cam", "batch_size": 4}
    found = front.attribute(both, x, task="counts/0", **options)
    alone = front.attribute(counts, x, **options)
    np.testing.assert_array_equal(found.contributions, alone.contributions)
    assert found.contributions.any()


def parallel(x):
    return layers.Concatenate()([layers.Conv1D(3, 5, padding="same", name=n)(x) for n in "ab"])


@pytest.mark.parametrize(
    "method,make,options,message",
    [
        ("cam", networks.cnn, {}, r"(?s)dense.*Dense.*GlobalAveragePooling1D, then Dense"),
        ("cam", networks.profile, {"task": "profile_reb1"}, r"profile_reb1.*Identity"),
        ("cam", networks.averaged, {"target": "output"}, r"(?s)dense.*logit"),
        (
            "grad_cam",
            networks.profile,
            {"task": "profile_reb1"},
            r"(?s)one number.*profile.*\(n, tasks\)",
        ),
        ("grad_cam", lambda: network_of(layers.Flatten()), {}, "(?s)no convolution.*saliency"),
        ("grad_cam", lambda: network_of(parallel, layers.Flatten()), {}, "(?s)2 .*side by.*'b'"),
        ("grad_cam", networks.cnn, {"relu": "no"}, "(?s)relu.*true or false"),
    ],
)
def test_what_is_refused(method, make, options, message):
    network = make()
    with pytest.raises(BadInput, match=message):
        ask(network, networks.sequences(1, network.input_shape[1]), method, **options)
