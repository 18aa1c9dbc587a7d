"""TF-MoDISco on planted words, and on what makes it fail."""

import inspect
import json
import sys
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.motifs.modisco.contributions import check_scores, obstacle, read_scores
from chromolens.motifs.modisco.modisco import Settings, _settings, _tolerant, find_patterns

from . import planted


def own(folder, case):
    with h5py.File(folder / f"{case}.modisco.h5") as file:
        return dict(file["chromolens"].attrs), file["chromolens/ids"].asstr()[:]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("planted", ""),
        ("noise", "none of them clustered"),
        ("few", "too few seqlets"),
        ("one", "1 windows"),
        ("constant", "doesn't depend on the sequence"),
        ("one_sign", "of one sign"),
        ("nearly_one_sign", "of one sign"),
    ],
)
def test_finding_nothing_has_a_reason(modisco_runs, case, reason):
    attributes, _ = own(modisco_runs, case)
    assert reason in attributes["reason"]
    assert (attributes["reason"] == "") == (reason == "")
    with h5py.File(modisco_runs / f"{case}.modisco.h5") as file:
        found = sum(len(file.get(f"{sign}_patterns", ())) for sign in ("pos", "neg"))
    assert (found > 0) == (case == "planted")


def test_the_file_says_what_made_it(modisco_runs):
    attributes, ids = own(modisco_runs, "planted")
    assert attributes["offset"] == 3
    assert attributes["windows"] == planted.COUNT
    assert attributes["dropped_n"] == 0
    assert sorted(ids) == sorted(planted.ids(planted.COUNT))
    assert json.loads(attributes["settings"])["target_seqlet_fdr"] == 0.2
    assert json.loads(attributes["versions"])["modisco-lite"] == "3.0.0"


def test_settings_are_those_of_the_function():
    from modiscolite.tfmodisco import TFMoDISco

    theirs = list(inspect.signature(TFMoDISco).parameters)
    assert set(theirs) - {"one_hot", "hypothetical_contribs", "verbose"} == set(
        Settings.__dataclass_fields__
    )


@pytest.mark.parametrize(
    ("settings", "message"), [({"n_leiden": 2}, "n_leiden_runs"), ({"flank_size": 0}, "1 or more")]
)
def test_wrong_settings(settings, message):
    with pytest.raises(BadInput, match=message):
        _settings(settings)


def test_tensorflow_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace())
    with pytest.raises(RuntimeError, match="TensorFlow"):
        find_patterns(tmp_path / "no.h5", "factor", tmp_path / "out.h5")


@pytest.fixture
def windows(tmp_path):
    """Write 30 windows, changed by the test, and give what modisco would read of them."""

    def read(change=None, seed=0, width=None, shift=0):
        codes, hypothetical, _ = planted.plant(30, seed=5)
        arrays = {"onehot": np.eye(4)[codes], "hypothetical": hypothetical, "id": planted.ids(30)}
        if change:
            change(arrays)
        names = np.roll(arrays["id"], shift)
        onehot, scores = (np.roll(arrays[key], shift, 0) for key in ("onehot", "hypothetical"))
        planted.write(tmp_path / "w.h5", names.tolist(), onehot, scores)
        return read_scores(tmp_path / "w.h5", "factor", seed, width)

    return read


def test_the_order_depends_on_ids_and_seed_only(windows):
    first, turned, other = windows(), windows(shift=7), windows(seed=1)
    assert first.ids.tolist() == turned.ids.tolist() != other.ids.tolist()
    np.testing.assert_array_equal(first.hypothetical, turned.hypothetical)
    place = planted.ids(30).index(first.ids[4])
    codes, hypothetical, _ = planted.plant(30, seed=5)
    np.testing.assert_array_equal(first.onehot[4].argmax(1), codes[place, :120])
    np.testing.assert_allclose(first.hypothetical[4], hypothetical[place, :120], rtol=1e-6)


def test_a_cap_leaves_no_chromosome_out(tmp_path):
    """The first quarter of the windows, of eight chromosomes one after the other in the file."""
    names = [f"chr{n // 100}:{n}-{n + 30}" for n in range(800)]
    arrays = np.tile(np.eye(4)[0], (800, 30, 1)), np.zeros((800, 30, 4))
    planted.write(tmp_path / "w.h5", names, *arrays)
    counts = []
    for seed in range(30):
        first = read_scores(tmp_path / "w.h5", "factor", seed).ids[:200]
        chromosomes = [name.split(":")[0] for name in first]
        counts.append([chromosomes.count(f"chr{n}") for n in range(8)])
    # 200 draws without replacement: 25 of each, standard deviation 4.05 (hypergeometric)
    assert np.abs(np.array(counts) - 25).max() <= 4.5 * 4.05
    np.testing.assert_allclose(np.mean(counts, axis=0), 25, atol=4 * 4.05 / 30**0.5)
    assert 3 < np.std(counts) < 5


@pytest.mark.parametrize(
    ("width", "kept", "offset"), [(None, 120, 0), (500, 120, 0), (100, 100, 10), (95, 94, 13)]
)
def test_crops_are_even_and_in_the_middle(windows, width, kept, offset):
    scores = windows(width=width)
    assert scores.onehot.shape == scores.hypothetical.shape == (30, kept, 4)
    assert scores.offset == offset


def test_windows_with_n_are_left_out_and_counted(windows):
    def some_n(arrays):
        arrays["onehot"][[2, 9], 50] = 0
        arrays["onehot"][4, 120] = 0  # cropped away

    scores = windows(some_n)
    assert scores.dropped_n == 2
    assert len(scores.ids) == len(scores.onehot) == len(scores.hypothetical) == 28
    missing = {planted.ids(30)[2], planted.ids(30)[9]}
    assert set(planted.ids(30)) - set(scores.ids) == missing


def swap_axes(arrays):
    for key in ("onehot", "hypothetical"):
        arrays[key] = arrays[key].swapaxes(1, 2)


def two_bases(arrays):
    arrays["onehot"][3, 7] = [1, 1, 0, 0]


def other_length(arrays):
    arrays["hypothetical"] = arrays["hypothetical"][:, 1:]


def not_onehot(arrays):
    arrays["onehot"][3, 7] = [2, 0, 0, 0]


@pytest.mark.parametrize("change", [swap_axes, two_bases, other_length, not_onehot])
def test_wrong_arrays(windows, change):
    with pytest.raises(BadInput, match="expected"):
        windows(change)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_scores_that_are_not_finite_name_the_window(windows, value):
    def spoil(arrays):
        arrays["hypothetical"][8, 30, 2] = value

    with pytest.raises(BadInput, match="1 of 30 windows") as error:
        check_scores(windows(spoil), 20, 5, "w.h5")
    assert planted.ids(30)[8] in str(error.value)


def test_windows_narrower_than_a_seqlet(windows):
    check_scores(windows(width=30), 20, 5, "w.h5")
    with pytest.raises(BadInput, match="= 30 bp"):
        check_scores(windows(width=28), 20, 5, "w.h5")


def test_the_missing_task_is_named(windows, tmp_path):
    windows()
    with pytest.raises(BadInput, match="'other'(.|\n)*factor"):
        read_scores(tmp_path / "w.h5", "other", 0)


def test_scores_of_both_signs_are_no_obstacle(windows):
    assert obstacle(windows(), 20) == ""


def test_a_sign_without_clusters_doesnt_lose_the_other():
    def cluster(*, sign):
        if sign < 0:
            raise ValueError("max() arg is an empty sequence")
        if sign == 0:
            raise ValueError("another trouble")
        return ["pattern"]

    module = SimpleNamespace(seqlets_to_patterns=cluster)
    with _tolerant(module):
        assert module.seqlets_to_patterns(sign=1) == ["pattern"]
        assert module.seqlets_to_patterns(sign=-1) is None
        with pytest.raises(ValueError, match="another trouble"):
            module.seqlets_to_patterns(sign=0)
    assert module.seqlets_to_patterns is cluster
