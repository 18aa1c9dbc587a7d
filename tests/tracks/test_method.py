"""What a study's method asks of the front door."""

from dataclasses import replace

import keras
import numpy as np
from keras import layers

from chromolens.attribution.front import attribute
from chromolens.attribution.result import Result
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


def test_drawn_references_are_those_of_the_fold_and_turn_with_the_strand():
    model = Model.of(profile_network())
    codes = np.random.default_rng(1).integers(0, 4, (5, 10))
    x, pool = np.eye(4, dtype=np.float32)[codes[:2]], np.eye(4, dtype=np.float32)[codes[2:]]

    def drawn(onehot, ids, task):
        assert (ids, task) == (["a", "b"], "counts_a/0")
        np.testing.assert_array_equal(onehot, x)
        return pool[None]

    drawn.per_task = False
    method = Method("deeplift_rescale", ["counts_a/0"], references="pool", strands="both")
    method = replace(method, drawn={"fold1": drawn}).in_fold("fold1")
    (found,) = method.explain(model, x, ["a", "b"])
    forward, turned = (
        attribute(model, inputs, method="deeplift_rescale", task="counts_a/0", references=array)
        for inputs, array in ((x, pool[None]), (x[:, ::-1, ::-1], pool[None, :, ::-1, ::-1]))
    )
    expected = (forward.contributions + turned.contributions[:, ::-1]) / 2
    np.testing.assert_allclose(found.contributions, expected, atol=1e-6)


def test_classes_are_asked_about_task_by_task():
    asked = []

    def drawn(onehot, ids, task):
        return task

    def front_door(model, inputs, *, tasks, references, **settings):
        asked.append((tasks, references))
        return [Result(inputs[..., 0], None, *np.zeros((3, 2)))]

    drawn.per_task = True
    method = Method("saliency", ["a", "b"], drawn={"": drawn}, attribute=front_door)
    method.explain(None, np.zeros((2, 10, 4), np.float32), ["x", "y"])
    assert asked == [(["a"], "a"), (["b"], "b")]
