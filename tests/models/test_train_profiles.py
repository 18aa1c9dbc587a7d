"""Training on base-resolution signals of a toy genome."""

import json

import keras
import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.models.judging.evaluate import evaluate
from chromolens.models.judging.predict import predict_groups
from chromolens.models.model import Model
from chromolens.models.training.objectives import Profiles
from chromolens.models.training.train import train
from chromolens.tables.models import HISTORY
from tests.models.planted import ToyGenome

SMALL = {"filters": 12, "kernel": 9, "dilated_layers": 1, "profile_kernel": 25}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("profiles")
    genome = ToyGenome(count=400)
    history = train(
        genome,
        architecture="dilated",
        architecture_settings=SMALL,
        tasks=["alpha"],
        training_groups=["part0", "part1"],
        validation_groups=["part2"],
        path=folder / "m.keras",
        workdir=folder / "work",
        objective="profile",
        profile_length=40,
        epochs=12,
        learning_rate=0.01,
        shift=3,
        batch_size=25,  # divides 100: Keras weighs each batch's parts of the loss equally
        reverse_complement=False,
    )
    return genome, history, keras.models.load_model(folder / "m.keras"), folder


def predicted(trained, **settings):
    genome, _, network, _ = trained
    return predict_groups(
        Model.of(network),
        genome,
        **{
            "tasks": ["alpha"],
            "groups": ["part3"],
            "objective": "profile",
            "training_groups": ["part0", "part1"],
            **settings,
        },
    )


@pytest.mark.slow
def test_profiles_beat_their_mean(trained):
    table = evaluate(predicted(trained), tasks=["alpha"], objective="profile")
    found = table.set_index("metric")["value"]
    assert found["profile_jsd"] < found["profile_jsd_baseline"] - 0.05
    assert set(found.index) == {"profile_jsd", "profile_jsd_baseline", "counts_pearson"}


def test_loss_is_profile_loss_plus_weighted_counts_loss(trained):
    _, history, _, folder = trained
    weight = json.loads((folder / "m.json").read_text())["counts_weight"]
    total = history["val_profile_alpha_loss"] + weight * history["val_counts_loss"]
    np.testing.assert_allclose(history["val_loss"], total, rtol=1e-4)


def test_the_history_has_the_losses_of_all_outputs_as_declared(trained, tmp_path):
    _, history, _, _ = trained
    tables.write(HISTORY, history, tmp_path / "history.tsv")
    read = tables.read(HISTORY, tmp_path / "history.tsv")
    assert {"loss", "counts_loss", "profile_alpha_loss", "val_counts_loss"} <= set(read)
    np.testing.assert_array_equal(read["val_counts_loss"], history["val_counts_loss"])


def test_distances_by_a_loop(trained):
    genome, _, network, _ = trained
    table = predicted(trained)
    rows = genome.select(["alpha"], ["part3"])
    training = genome.select(["alpha"], ["part0", "part1"])
    observed = genome.profiles(rows, "alpha", 40)
    logits, counts = network.predict(genome.arrays(rows), verbose=0)
    usual = genome.profiles(training, "alpha", 40).sum(axis=0) + 1
    for i in (0, 5, 11):
        strands = [s for s in range(2) if observed[i, :, s].any()]
        shares = np.exp(logits[i].astype("float64"))
        jsd = np.mean([jensenshannon(shares[:, s], observed[i, :, s]) for s in strands])
        base = np.mean([jensenshannon(usual[:, s], observed[i, :, s]) for s in strands])
        assert table["alpha.jsd"][i] == pytest.approx(jsd, abs=1e-5)
        assert table["alpha.jsd_baseline"][i] == pytest.approx(base, abs=1e-5)
        assert table["alpha"][i] == pytest.approx(counts[i, 0], abs=1e-5)
        assert table["alpha.label"][i] == pytest.approx(np.log1p(observed[i].sum()), abs=1e-5)


def test_both_strands_swap_plus_and_minus(trained):
    genome, _, network, _ = trained
    table = predicted(trained, strands="both")
    rows = genome.select(["alpha"], ["part3"])
    onehot, observed = genome.arrays(rows), genome.profiles(rows, "alpha", 40)

    def shares(x):
        logits = network.predict(x, verbose=0)[0].astype("float64")
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    mean = (shares(onehot) + shares(onehot[:, ::-1, ::-1])[:, ::-1, ::-1]) / 2
    for i in (1, 4):
        strands = [s for s in range(2) if observed[i, :, s].any()]
        jsd = np.mean([jensenshannon(mean[i, :, s], observed[i, :, s]) for s in strands])
        assert table["alpha.jsd"][i] == pytest.approx(jsd, abs=1e-5)


def test_the_baseline_needs_the_training_groups(trained):
    with pytest.raises(BadInput, match="needs the training groups"):
        predicted(trained, training_groups=None)


def test_counts_weigh_a_tenth_of_the_median_total():
    genome = ToyGenome(count=20)
    rows = np.arange(20)
    genome.signal *= 10
    problem = Profiles(genome, rows, ["alpha"], 40, None)
    median = np.median(genome.profiles(rows, "alpha", 40).sum(axis=(1, 2)))
    assert problem.facts["counts_weight"] == pytest.approx(median / 10)
    assert Profiles(genome, rows, ["alpha"], 40, 3.0).facts["counts_weight"] == 3.0


def test_unequal_strands_are_refused():
    class Unequal(ToyGenome):
        def profiles(self, rows, task, *args, **kwargs):
            counts = super().profiles(rows, "alpha", *args, **kwargs)
            return counts if task == "alpha" else counts[..., :1]

    with pytest.raises(BadInput, match="unequal numbers of strands"):
        Profiles(Unequal(count=5), np.arange(5), ["alpha", "single"], 40, None)
