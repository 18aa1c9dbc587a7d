"""What every architecture promises, asked of each one that exists."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from chromolens import architectures, plugins
from chromolens.architectures import basset, cnn, cnn_lstm, cnn_lstm_last, dilated
from chromolens.errors import BadInput

LENGTH = 101
SMALL = {
    "basset": {"filters": (6, 5, 4), "dense": (8, 8)},
    "cnn": {"filters": 6},
    "cnn_lstm": {"filters": 6, "lstm": 4, "dense": 8},
    "cnn_lstm_last": {"filters": 6, "lstm": 4},
    "dilated": {"filters": 6, "dilated_layers": 3},
}


@pytest.fixture(params=plugins.names(architectures))
def make(request):
    build = plugins.load(architectures, request.param)

    def made(tasks=("one", "two.b-c"), **settings):
        return build(LENGTH, 4, list(tasks), **SMALL.get(request.param, {}), **settings)

    return made


@pytest.fixture
def onehot():
    codes = np.random.default_rng(0).integers(0, 4, size=(5, LENGTH))
    return np.eye(4, dtype="float32")[codes]


def as_read(network, onehot):
    """``onehot`` as ``network`` reads it: some take tokens."""
    return onehot if len(network.input.shape) == 3 else onehot.argmax(axis=-1)


def test_gives_a_probability_per_task_after_its_logits(make, onehot):
    network = make()
    onehot = as_read(network, onehot)
    logits = keras.Model(network.input, network.get_layer("logits").output)(onehot)
    assert network.output_names == ["probability"]
    assert logits.shape == (5, 2)
    np.testing.assert_allclose(
        network(onehot), 1 / (1 + np.exp(-logits.numpy().astype("float64"))), atol=1e-6
    )


def test_regression_ends_in_unbounded_logits(make, onehot):
    network = make(objective="regression")
    assert network.output_names == ["logits"]
    assert network(as_read(network, onehot)).shape == (5, 2)


@pytest.mark.slow
def test_saves_and_reloads_in_safe_mode(make, onehot, tmp_path):
    network = make()
    onehot = as_read(network, onehot)
    network.save(tmp_path / "network.keras")
    reloaded = keras.models.load_model(tmp_path / "network.keras", safe_mode=True)
    np.testing.assert_array_equal(network(onehot), reloaded(onehot))


@pytest.mark.slow
def test_seed_decides_the_weights(make):
    def weights(seed):
        keras.utils.set_random_seed(seed)
        return np.concatenate([weight.ravel() for weight in make().get_weights()])

    np.testing.assert_array_equal(weights(1), weights(1))
    assert not np.array_equal(weights(1), weights(2))


def test_gradient_reaches_the_whole_window(make):
    network = make(objective="regression")
    codes = np.random.default_rng(1).integers(0, 4, size=(300, LENGTH))
    x = tf.constant(np.eye(4, dtype="float32")[codes])
    if len(network.input.shape) == 2:
        table = network.get_layer("embedding")
        x, network = table(codes), keras.Model(table.output, network.output)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = network(x)
    slope = np.abs(tape.gradient(y, x).numpy()).sum(axis=(0, 2))
    assert (slope > 0).mean() > 0.8  # pooling may leave out a rest at the end


def test_a_window_of_n_gives_a_finite_answer(make):
    network = make()
    assert np.isfinite(network(as_read(network, np.zeros((2, LENGTH, 4), "float32")))).all()


def test_nonlinearities_are_layers_of_their_own(make):
    fused = [
        layer.name
        for layer in make().layers
        if isinstance(layer, (keras.layers.Conv1D, keras.layers.Dense))
        and layer.activation is not keras.activations.linear
    ]
    assert fused == []


def test_settings_have_defaults_and_no_layer_is_named_by_keras(make):
    names = [layer.name for layer in make().layers]
    assert make().name in plugins.names(architectures)
    assert not any(name.rsplit("_", 1)[-1].isdigit() for name in names)


def test_same_layer_names_whatever_was_built_before(make):
    assert [x.name for x in make().layers] == [x.name for x in make().layers]


@pytest.mark.parametrize("name", plugins.names(architectures))
def test_every_setting_has_a_default(name):
    build = plugins.load(architectures, name)
    keywords = [
        p for p in inspect.signature(build).parameters.values() if p.kind == p.KEYWORD_ONLY
    ]
    assert all(p.default is not p.empty for p in keywords)


@pytest.mark.parametrize("name", plugins.names(architectures))
def test_an_unknown_objective_is_refused(name):
    with pytest.raises(BadInput, match="no objective 'count'"):
        plugins.load(architectures, name)(
            LENGTH, 4, ["one"], objective="count", **SMALL.get(name, {})
        )


def test_profiles_are_centred_and_shift_with_the_sequence():
    keras.utils.set_random_seed(0)
    network = dilated.build(
        100, 4, ["a", "b"], objective="profile", filters=4, kernel=3, dilated_layers=1,
        profile_length=60, profile_kernel=5,
    )  # fmt: skip
    assert network.output_names == ["profile_a", "profile_b", "counts"]
    codes = np.random.default_rng(0).integers(0, 4, size=103)
    x = np.eye(4, dtype="float32")[np.stack([codes[:100], codes[3:]])]
    profile, _, counts = network(x)
    assert profile.shape == (2, 60, 2)
    assert counts.shape == (2, 2)
    np.testing.assert_allclose(profile[0, 3:], profile[1, :-3], atol=1e-5)
    assert not np.allclose(profile[0, 2:-1], profile[1, :-3], atol=1e-3)


def test_receptive_field_is_the_documented_one():
    network = dilated.build(
        201, 4, ["a"], objective="profile", filters=3, kernel=5, dilated_layers=3,
        profile_kernel=1, strands=1,
    )  # fmt: skip
    trunk = keras.Model(network.inputs, network.get_layer("dilated3_add").output)
    kernels = [weight for weight in trunk.trainable_variables if weight.path.endswith("kernel")]
    for kernel in kernels:
        kernel.assign(np.ones(kernel.shape))
    x = tf.ones((1, 201, 4))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = trunk(x)[0, 100, 0]
    seen = np.flatnonzero(np.abs(tape.gradient(y, x)).sum(axis=(0, 2)))
    assert seen[-1] - seen[0] + 1 == 5 + 4 * (2**3 - 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cnn.build(10, 4, ["a"], kernel=11), "kernel is 11"),
        (lambda: cnn_lstm.build(30, 4, ["a"], pool=13), "pool is 13"),
        (lambda: cnn_lstm_last.build(4, 1, ["a"], kernel=3), "pool is 2"),
        (lambda: cnn_lstm_last.build(90, 1, ["a"], pooling="max"), "'max'"),
        (lambda: basset.build(30, 4, ["a"]), "pools is 4"),
        (lambda: basset.build(90, 4, ["a"], kernels=(3,)), "differ in length"),
        (lambda: basset.build(60, 4, ["a"], padding="valid"), "kernels is 7"),
        (lambda: dilated.build(50, 4, ["a"], objective="profile", profile_length=52), "is 52"),
        (lambda: dilated.build(50, 4, ["a"], objective="profile", profile_length=41), "centred"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(BadInput, match=message):
        make()


def test_published_sizes():
    danq = cnn_lstm.build(1000, 4, [f"t{i}" for i in range(919)])
    basset600 = basset.build(600, 4, [f"t{i}" for i in range(164)], padding="valid")
    # DanQ: Quang and Xie's Keras code flattens 75 x 640; Basset: 2,000 features reach dense1.
    assert danq.get_layer("flatten").output.shape[-1] == 75 * 640
    assert basset600.get_layer("flatten").output.shape[-1] == 2000


def test_the_reported_network_to_the_letter():
    network = cnn_lstm_last.build(5516, 1, ["height"], objective="continuous")
    shapes = {layer.name: layer.output.shape[1:] for layer in network.layers[1:]}
    assert shapes["conv"] == (2757, 16)  # (5516 - 3) // 2 + 1
    assert shapes["conv_pool"] == (1378, 16) and shapes["lstm"] == (32,)
    assert list(shapes)[-2:] == ["lstm_norm", "logits"] and network.output.shape[1:] == (1,)
    # 16 (3 + 1); 2 norms of 4; LSTM 4 * 32 (16 + 32 + 1); dense 33
    assert network.count_params() == 64 + 4 * (16 + 32) + 4 * 32 * 49 + 33


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"pooling": "mean"}, ["lstm", "mean"]),
        ({"bidirectional": True}, ["both"]),
        ({"recurrent": False}, ["mean"]),
        ({"recurrent": False, "pooling": "all"}, ["all"]),
        ({"pooling": "all"}, ["lstm", "all"]),
    ],
)
def test_the_controls_of_the_reported_network_differ_in_how_states_are_read(settings, names):
    found = [x.name for x in cnn_lstm_last.build(60, 1, ["y"], **settings).layers]
    plain = [x.name for x in cnn_lstm_last.build(60, 1, ["y"]).layers]
    before, after = plain[: plain.index("lstm")], plain[plain.index("lstm") + 1 :]
    assert found == [*before, *names, *after]


def test_the_centre_is_read_beside_the_whole_window(onehot):
    network = cnn.build(LENGTH, 4, ["one"], filters=6, kernel=9, centre=40)
    both = keras.Model(network.input, network.get_layer("best_matches").output)(onehot).numpy()
    maps = keras.Model(network.input, network.get_layer("conv_relu").output)(onehot).numpy()
    starts = slice((93 - 40) // 2, (93 - 40) // 2 + 40)  # of 93 places of the filter the middle 40
    np.testing.assert_array_equal(both[:, :6], maps.max(axis=1))
    np.testing.assert_array_equal(both[:, 6:], maps[:, starts].max(axis=1))
    with pytest.raises(BadInput, match="centre is 94"):
        cnn.build(LENGTH, 4, ["one"], filters=6, kernel=9, centre=94)


def test_no_unit_of_the_dense_layer_dies_in_the_first_steps():
    """Without the normalisation 16 of 32 do."""
    keras.utils.set_random_seed(0)
    network = cnn.build(60, 4, ["one", "two"], filters=16, kernel=7, dense=32, filter_dropout=0.0)
    rng = np.random.default_rng(0)
    windows = np.eye(4, dtype="float32")[rng.integers(0, 4, (2000, 60))]
    rare = (rng.random((2000, 2)) < 0.05).astype("float32")
    network.compile(keras.optimizers.Adam(0.005), "binary_crossentropy")
    network.fit(windows, rare, batch_size=64, epochs=2, shuffle=False, verbose=0)
    units = keras.Model(network.input, network.get_layer("dense_relu").output)
    assert (units.predict(windows, verbose=0).max(axis=0) > 0).all()


def test_a_filter_that_is_left_out_matches_nowhere(onehot):
    network = cnn.build(LENGTH, 4, ["one"], filters=40, kernel=9, centre=40, filter_dropout=0.5)
    both = keras.Model(network.input, network.get_layer("best_matches").output)
    plain, used = both(onehot).numpy(), both(onehot, training=True).numpy()
    left_out = (used == 0) & (plain > 0)
    np.testing.assert_allclose(used[~left_out], 2 * plain[~left_out], rtol=1e-6)
    whole, centre = left_out[:, :40], left_out[:, 40:]
    assert 0.3 < whole.mean() < 0.7
    np.testing.assert_array_equal(whole & (plain[:, 40:] > 0), centre)


def test_dilated_without_a_dense_layer_adds_up_best_matches(onehot):
    network = dilated.build(LENGTH, 4, ["a", "b"], filters=6, dilated_layers=2, dense=0)
    of = {
        name: keras.Model(network.input, network.get_layer(name).output)(onehot).numpy()
        for name in ("dilated2_add", "logits")
    }
    weights, bias = network.get_layer("logits").get_weights()
    np.testing.assert_allclose(
        of["logits"], of["dilated2_add"].max(axis=1) @ weights + bias, atol=1e-5
    )
