"""Networks of chrombpnet's archives: with and without bias, read, compared, explained."""

import json

import numpy as np
import pytest

from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.foreign.configs import describe
from chromolens.models.model import load_model
from tests import chrombpnet

PLACES = {"outputs": {0: "profile"}}
COMBINED = PLACES | {"lambdas": {"logcount_predictions": "logsumexp"}}


@pytest.fixture(scope="module")
def sequences():
    codes = np.random.default_rng(7).integers(0, 4, (3, chrombpnet.LENGTH))
    return np.eye(4, dtype=np.float32)[codes]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The three files that a training leaves; the networks, by name."""
    folder = tmp_path_factory.mktemp("archive")
    bias = chrombpnet.bpnet(filters=4, dilated=2, seed=3, prefix="", name="model")
    bias.save(folder / "bias.h5")
    nobias = chrombpnet.bpnet()
    found = {"bias": bias, "chrombpnet_nobias": nobias}
    found["chrombpnet"] = chrombpnet.chrombpnet(nobias, bias)
    for name, network in found.items():
        network.save(folder / f"{name}.h5")
    return folder, found


@pytest.mark.parametrize("name", ["bias", "chrombpnet_nobias", "chrombpnet"])
def test_both_heads_are_those_of_keras_2(archive, sequences, name):
    folder, networks = archive
    model = load_model(folder / f"{name}.h5", layout=COMBINED if name == "chrombpnet" else PLACES)
    logits, counts = networks[name].predict(sequences, verbose=0)
    ours = model.network(sequences)
    np.testing.assert_allclose(ours[0][..., 0], logits, atol=1e-5)
    np.testing.assert_allclose(ours[1], counts, atol=1e-5)


@pytest.mark.slow
def test_both_heads_of_the_whole_network_are_explained_in_full(archive, sequences):
    model = load_model(archive[0] / "chrombpnet.h5", layout=COMBINED)
    for result in front.attribute_tasks(
        model,
        sequences,
        method="deeplift_rescale",
        tasks=model.tasks,
        references="dinucleotide_shuffle",
        n_references=2,
    ):
        effect = np.abs(result.values - result.reference_values)
        assert (np.abs(result.completeness_error) < 1e-4 * np.maximum(effect, 0.1)).all()


def test_what_the_files_say_of_their_networks(archive, tmp_path):
    """The config alone, read without Keras, of files that Keras 2 and Keras 3 wrote."""
    folder, _ = archive
    whole, own = [describe((folder / f"{name}.h5",)) for name in ("chrombpnet", "bias")]
    assert whole.outputs == own.outputs == ("logits_profile_predictions", "logcount_predictions")
    assert whole.inputs == own.inputs == ((None, chrombpnet.LENGTH, 4),)
    assert (whole.columns, own.columns) == ((None, None), (None, 1))
    assert (whole.lambdas, own.lambdas) == (("logcount_predictions",), ())
    model = load_model(folder / "bias.h5")
    for name in ("own.keras", "own.h5"):
        model.network.save(tmp_path / name)
        assert describe((tmp_path / name,)) == own


def test_the_profile_is_weighted_by_a_softmax_that_is_held(archive, sequences):
    """The target as the paper has it: sum of softmax(z) (z - mean z), in NumPy."""
    folder, networks = archive
    model = load_model(folder / "chrombpnet_nobias.h5", layout=PLACES)
    logits = networks["chrombpnet_nobias"].predict(sequences, verbose=0)[0].astype(np.float64)
    weights = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = (weights * (logits - logits.mean(axis=1, keepdims=True))).sum(axis=1)
    result = front.attribute(model, sequences, method="gradient_x_input", task=0)
    np.testing.assert_allclose(result.values, expected, rtol=1e-5)


def test_heads_by_name_or_by_place(archive, sequences):
    folder, _ = archive
    by_name = {"outputs": {chrombpnet.PROFILE_HEAD: "profile"}}
    one, other = [load_model(folder / "chrombpnet_nobias.h5", layout=x) for x in (by_name, PLACES)]
    assert one.tasks == other.tasks
    np.testing.assert_array_equal(one.network(sequences)[0], other.network(sequences)[0])
    with pytest.raises(BadInput, match="(?s)no output '2'.*logcount"):
        load_model(folder / "chrombpnet_nobias.h5", layout={"outputs": {"2": "profile"}})


def test_code_in_the_combined_file_is_not_run(archive):
    folder, _ = archive
    with pytest.raises(BadInput, match="(?s)Lambda layer.*'logcount_predictions': 'logsumexp'"):
        load_model(folder / "chrombpnet.h5", layout=PLACES)
    wrong = PLACES | {"lambdas": {"logcount_predictions": "sum"}}
    with pytest.raises(BadInput, match="(?s)says 'sum'.*one of logsumexp"):
        load_model(folder / "chrombpnet.h5", layout=wrong)


def test_a_layout_with_lambdas_is_read_from_the_sidecar(archive, sequences, tmp_path):
    folder, networks = archive
    path = tmp_path / "own.h5"
    path.write_bytes((folder / "chrombpnet.h5").read_bytes())
    path.with_suffix(".json").write_text(json.dumps({"layout": COMBINED}))
    counts = networks["chrombpnet"].predict(sequences, verbose=0)[1]
    np.testing.assert_allclose(load_model(path).network(sequences)[1], counts, atol=1e-5)
