"""What a study's method asks of the front door."""

import keras
import numpy as np
from keras import layers

from chromolens.models.model import Model
from chromolens.tracks.method import Method


def profile_network() -> keras.Model:
    inputs = keras.Input((10, 4))
    maps = layers.Conv1D(3, 3, activation="relu")(inputs)
    profile = layers.Conv1D(2, 1, name="profile_a")(maps)
    counts = layers.Dense(1, name="counts_a")(layers.GlobalAveragePooling1D()(maps))
    return keras.Model(inputs, [profile, counts])


def test_sums_of_profiles_leave_counts_their_logit():
    network, ids = profile_network(), ["x:0-10", "x:5-15"]
    model = Model.of(network)
    x = np.eye(4, dtype=np.float32)[np.random.default_rng(0).integers(0, 4, (2, 10))]
    profile, counts = (np.float64(values) for values in network(x))
    tasks = [task for task in model.tasks if "counts" in task] + [
        task for task in model.tasks if "profile" in task
    ]
    for target, places in (("profile_sum", slice(0, 8)), ("profile_sum:2-5", slice(2, 5))):
        method = Method("gradient_x_input", tasks, target=target, strands="both")
        first, second = method.explain(model, x, ids)
        turned = [np.float64(values) for values in network(x[:, ::-1, ::-1])]
        for found, (there, back) in (
            (first, (counts[:, 0], turned[1][:, 0])),
            (second, [both[:, places].sum(axis=(1, 2)) for both in (profile, turned[0])]),
        ):
            np.testing.assert_allclose(found.values, (there + back) / 2, atol=1e-5)
