"""Sets of networks, one a fold, that a study is given: what is refused before any job."""

import json

import h5py
import numpy as np
import pytest

from chromolens import config as configuration
from chromolens.errors import BadInput
from chromolens.planning import divide, given, plan, sources
from chromolens.planning.content import OwnFiles

CHROMS = [f"chr{i}" for i in range(1, 7)]
FOLDS = [f"fold{i}" for i in range(3)]
LENGTH = 200
HEADS = [("profile", None), ("counts", 1)]


def layer(kind, name, **config):
    return {"class_name": kind, "module": "keras.layers", "config": {"name": name, **config}}


def network(path, heads=HEADS, number=0):
    """An HDF5 file as Keras 2 writes it, of these heads: name -> columns, None for a profile."""
    layers = [layer("InputLayer", "sequence", batch_input_shape=[None, LENGTH, 4])]
    layers += [layer("Conv1D", "conv", filters=2, kernel_size=[5])]
    layers += [
        layer("Flatten", name) if columns is None else layer("Dense", name, units=columns)
        for name, columns in heads
    ]
    config = {"layers": layers, "output_layers": [[name, 0, 0] for name, _ in heads]}
    with h5py.File(path, "w") as file:
        text = {"class_name": "Functional", "config": config}
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(text), "2.4.0"
        file["model_weights/conv"] = np.full(5, number)
    return path


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """A network for each of three folds, fold -> path."""
    folder = tmp_path_factory.mktemp("set")
    return {fold: network(folder / f"fold_{i}.h5", number=i) for i, fold in enumerate(FOLDS)}


@pytest.fixture
def fold_files(tmp_path):
    """The folds as chrombpnet states them: two chromosomes are test in each."""
    paths = []
    for number in range(3):
        test, valid = CHROMS[2 * number : 2 * number + 2], CHROMS[2 * number - 2 : 2 * number or 6]
        train = [chrom for chrom in CHROMS if chrom not in (*test, *valid)]
        paths.append(tmp_path / f"fold_{number}.json")
        paths[-1].write_text(json.dumps({"test": test, "valid": valid, "train": train}))
    return paths


def study(folds, file, window=LENGTH, objective="profile", **model):
    """The config of a study of one signal that is given ``file``."""
    inputs = {"kind": "genome", "fasta": "g.fa", "window": window, "peaks": {"X": "x.bed"}}
    inputs["signals"] = {"X": {"plus": "x.bw"}} if objective == "profile" else {}
    inputs["chromosomes"] = {chrom: {"length": 5000} for chrom in CHROMS}
    models = {"main": {"objective": objective, "file": file, **model}}
    text = {"study": "s", "inputs": inputs, "folds": {"files": [str(path) for path in folds]}}
    return configuration.complete(text | {"models": models}, [])


def check(config, folder):
    """Plan ``config`` as the workflow does, and read its networks' files."""
    settings = sources.inputs(config, "down", "simulated")
    folds = divide.folds(config, settings, divide.sizes(config, settings))
    models = plan.models(config, plan.tasks(settings))
    own = OwnFiles(["down"], str, folder / "known.json")
    found = given.networks(config, folds, "down", own)
    given.check(models, found, settings, "down")
    return found["main"]


def texts(networks, **others):
    """Fold -> path as text, some of them ``others``."""
    return {fold: str(path) for fold, path in (networks | others).items()}


@pytest.mark.parametrize(
    "layout", [{"outputs": {"profile": "profile"}}, {"outputs": {"0": "profile"}}]
)
def test_a_sound_set_by_name_or_in_order(networks, fold_files, tmp_path, layout):
    named = check(study(fold_files, texts(networks), layout=layout), tmp_path)
    assert [one["files"] for one in named.values()] == [[str(networks[fold])] for fold in FOLDS]
    listed = check(study(fold_files, list(texts(networks).values()), layout=layout), tmp_path)
    assert listed == named


def test_a_network_that_is_trained_has_no_files(fold_files, tmp_path):
    nothing = {"files": [], "answers": [], "digests": {}}
    assert check(study(fold_files, ""), tmp_path) == dict.fromkeys(FOLDS, nothing)


def test_folds_that_lack_a_network_or_have_one_too_many(networks, fold_files, tmp_path):
    two = {fold: str(networks[fold]) for fold in FOLDS[:2]}
    with pytest.raises(BadInput, match="(?s)no file of fold2.*models.main.file"):
        check(study(fold_files, two), tmp_path)
    with pytest.raises(BadInput, match="2 files for 3 folds"):
        check(study(fold_files, list(two.values())), tmp_path)
    with pytest.raises(BadInput, match="(?s)'fold3', which is no fold.*fold0, fold1, fold2"):
        check(study(fold_files, texts(networks, fold3=networks["fold0"])), tmp_path)
    with pytest.raises(BadInput, match="no file elsewhere/fold_2.h5"):
        configuration.check_files(study(fold_files, two | {"fold2": "elsewhere/fold_2.h5"}))


def test_two_folds_that_hold_the_same_chromosome_out(networks, fold_files, tmp_path):
    second = json.loads(fold_files[1].read_text())
    second["test"].append("chr1")
    second["valid"] = second["valid"][1:]
    fold_files[1].write_text(json.dumps(second))
    with pytest.raises(BadInput, match="chr1 is test in more than one fold: fold0, fold1"):
        check(study(fold_files, texts(networks)), tmp_path)


@pytest.mark.parametrize("copied", [True, False])
def test_two_folds_with_one_network(networks, fold_files, tmp_path, copied):
    path = networks["fold0"]
    if copied:
        path = tmp_path / "copy.h5"
        path.write_bytes(networks["fold0"].read_bytes())
    with pytest.raises(BadInput, match="(?s)fold0 and fold2 have the same network.*fold_0.h5"):
        check(study(fold_files, texts(networks, fold2=path)), tmp_path)
    check(study(fold_files, str(path)), tmp_path)  # one for all folds: who says so knows it


ODD = {
    "(?s)heads of fold2 are counts, profile.*profile, counts, in this order": HEADS[::-1],
    "(?s)heads are profile, counts .3 columns.*log counts for each of X": [
        HEADS[0],
        ("counts", 3),
    ],
    "(?s)heads are counts .1 columns.*a profile and log counts": HEADS[1:],
}


@pytest.mark.parametrize("message", ODD)
def test_heads_of_another_order_or_shape(networks, fold_files, tmp_path, message):
    odd = network(tmp_path / "odd.h5", ODD[message])
    with pytest.raises(BadInput, match=message):
        check(study(fold_files, texts(networks, fold2=odd)), tmp_path)


def test_a_head_of_other_columns_than_the_tasks(fold_files, tmp_path):
    path = network(tmp_path / "two.h5", [("both", 2)])
    with pytest.raises(BadInput, match="(?s)both .2 columns.*a column for each of X.*two.h5"):
        check(study(fold_files, str(path), objective="binary"), tmp_path)


def test_a_head_that_is_not_there(networks, fold_files, tmp_path):
    layout = {"outputs": {"logits_profile": "profile"}}
    with pytest.raises(
        BadInput, match="(?s)no output 'logits_profile'.*profile, counts.*fold_0.h5 .fold0"
    ):
        check(study(fold_files, texts(networks), layout=layout), tmp_path)


def test_another_length_than_the_windows(networks, fold_files, tmp_path):
    with pytest.raises(BadInput, match="(?s)reads .None, 200, 4., the windows have 300.*window"):
        check(study(fold_files, texts(networks), window=300), tmp_path)


@pytest.mark.parametrize("content", [b"not a model", b"PK\x05\x06" + bytes(18), b'{"a": 1}', b""])
def test_what_is_no_network(networks, fold_files, tmp_path, content):
    path = tmp_path / "other.h5"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="(?s)not a model|no Keras network|no weights.*other.h5"):
        check(study(fold_files, texts(networks, fold1=path)), tmp_path)


def test_weights_alone_and_a_damaged_file(networks, fold_files, tmp_path):
    path = tmp_path / "alone.h5"
    with h5py.File(path, "w") as file:
        file["weights"] = np.zeros(3)
    with pytest.raises(BadInput, match="(?s)weights without an architecture.*alone.h5"):
        check(study(fold_files, texts(networks, fold1=path)), tmp_path)
    path.write_bytes(networks["fold1"].read_bytes()[:1000])
    with pytest.raises(BadInput, match="can't be read"):
        check(study(fold_files, texts(networks, fold1=path)), tmp_path)


def changed(source, path, change):
    """A copy of the network in ``source`` whose config is changed by ``change``."""
    path.write_bytes(source.read_bytes())
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config["config"]["layers"][1])
        file.attrs["model_config"] = json.dumps(config)
    return path


def test_layers_that_keras_does_not_know(networks, fold_files, tmp_path):
    def own(layer):
        layer |= {"class_name": "AttentionPooling", "module": "enformer", "registered_name": "A"}

    path = changed(networks["fold1"], tmp_path / "own.h5", own)
    with pytest.raises(BadInput, match="(?s)doesn't know: AttentionPooling.*own.h5 .fold1"):
        check(study(fold_files, texts(networks, fold1=path)), tmp_path)


def test_code_in_a_file(networks, fold_files, tmp_path):
    def code(layer):
        layer |= {"class_name": "Lambda", "module": "keras.layers"}
        layer["config"]["name"] = "logcounts"

    path = changed(networks["fold1"], tmp_path / "code.h5", code)
    with pytest.raises(BadInput, match="(?s)'logcounts' is a Lambda.*lambdas: {logcounts: logsum"):
        check(study(fold_files, texts(networks, fold1=path)), tmp_path)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("{", "can't be read"),
        ([1], "(?s)known answers are of.*fold0, fold1, fold2"),
        ({"fold0": [], "fold1": []}, "(?s)answers are of fold0, fold1.*fold0, fold1, fold2"),
        ({fold: [{"sequence": "ACGT"}] for fold in FOLDS}, "(?s)no answers of fold0.*sequence"),
    ],
)
def test_known_answers_that_are_none(networks, fold_files, tmp_path, answers, message):
    path = tmp_path / "answers.json"
    path.write_text(answers if isinstance(answers, str) else json.dumps(answers))
    with pytest.raises(BadInput, match=message):
        check(study(fold_files, texts(networks), answers=str(path)), tmp_path)


def test_answers_of_a_network_that_is_trained(fold_files, tmp_path):
    with pytest.raises(BadInput, match="(?s)to be trained.*models.main.answers"):
        check(study(fold_files, "", answers="a.json"), tmp_path)
