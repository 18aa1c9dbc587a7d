"""A simulated genome is read back from its files and compared with what the truth says."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.onehot import codes_of, encode, sequence_of
from chromolens.genome.onehot import reverse_complement_codes as turned
from chromolens.genome.planting import apportion
from chromolens.genome.simulate import information, simulate
from chromolens.inputs.peaks import read_peaks

WORDS = {"one": "TTACGCGTAATGA", "two": "GATTACAGG", "three": "CCCGTTTGGCC", "decoy": "TGCTGACTCA"}
NAMES = ("genome", "peaks", "truth", "core")
BED = ["chrom", "start", "end", "name", "score", "strand"]
STUDY = {
    "chromosomes": {"chrA": 60_000, "chrB": 30_000, "chrC": 30_000},
    "ppms": {name: encode(word) for name, word in WORDS.items()},
    "events": 200,
    "alternatives": [
        {"motifs": ["one"], "share": 0.5},
        {"motifs": ["two", "three"], "share": 0.4, "spacing": [3, 8]},
        {"motifs": ["three"], "share": 0.1},
    ],
    "alone": {"two": 20, "three": 10},
    "decoys": {"decoy": 400},
    "edge": 100,
    "spread": 15,
    "seed": 4,
}


def simulated(folder, **changes):
    files = {name: folder / name for name in NAMES}
    return files, simulate(files, **{**STUDY, **changes})


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Files, truth, and the chromosomes' letters as pysam reads them."""
    folder = tmp_path_factory.mktemp("study")
    files, truth = simulated(folder)
    prepare_fasta(files["genome"], folder / "genome.fa.gz")
    with Genome(folder / "genome.fa.gz") as genome:
        letters = {chrom: genome.sequence(chrom, 0, size) for chrom, size in genome.sizes.items()}
    return files, truth, letters


def test_every_instance_is_in_the_genome_where_the_truth_says(study):
    _, truth, letters = study
    assert {len(letters[chrom]) for chrom in letters} == {60_000, 30_000}
    for hit in truth.itertuples():
        word = WORDS[hit.motif]
        expected = word if hit.strand == "+" else sequence_of(turned(codes_of(word)))
        assert letters[hit.chrom][hit.start : hit.end] == expected
    assert (truth["score"] == 1000).all()


def test_both_strands_are_used_evenly(study):
    forward = (study[1]["strand"] == "+").sum()
    half = len(study[1]) / 2
    assert abs(forward - half) < 4 * (half / 2) ** 0.5


def test_counts_and_shares_are_exact(study):
    counts = study[1].groupby(["role", "motif"]).size().to_dict()
    assert counts == {
        ("alone", "three"): 10,
        ("alone", "two"): 20,
        ("causal", "one"): 100,
        ("causal", "three"): 100,
        ("causal", "two"): 80,
        ("decoy", "decoy"): 400,
    }
    events = study[1].query("role == 'causal'").groupby("event")["motif"]
    kinds = events.agg(lambda motifs: "+".join(sorted(motifs))).value_counts().to_dict()
    assert kinds == {"one": 100, "three+two": 80, "three": 20}


def test_pairs_keep_their_spacing_in_both_orders(study):
    pairs = [rows for _, rows in study[1].query("role == 'causal'").groupby("event")]
    pairs = [rows.sort_values("start") for rows in pairs if len(rows) == 2]
    gaps = {int(rows["start"].iloc[1] - rows["end"].iloc[0]) for rows in pairs}
    assert gaps == set(range(3, 9))
    assert {rows["motif"].iloc[0] for rows in pairs} == {"two", "three"}


def test_motifs_stand_about_their_events(study):
    files, truth, _ = study
    centres = read_peaks(files["peaks"], STUDY["chromosomes"]).set_index("name")["summit"]
    causal = truth[truth["role"] == "causal"]
    middles = causal["start"] + (causal["end"] - causal["start"]) // 2
    away = middles.to_numpy() - centres[causal["event"]].to_numpy()
    assert np.abs(away).max() == 15 and {-15, 15} <= set(away.tolist())
    assert sorted(centres.index) == sorted(set(causal["event"]))


def test_events_and_lone_motifs_keep_their_distances(study):
    files, truth, _ = study
    peaks = read_peaks(files["peaks"], STUDY["chromosomes"])
    assert (peaks["end"] - peaks["start"] == 1).all()
    lone = truth[truth["role"] == "alone"]
    lone = lone.assign(summit=lone["start"] + (lone["end"] - lone["start"]) // 2)
    sites = pd.concat([peaks, lone])
    assert len(sites) == 230 and len(peaks) == 200
    for chrom, rows in sites.groupby("chrom"):
        places = [0, *sorted(rows["summit"]), STUDY["chromosomes"][chrom]]
        assert np.diff(places).min() >= 100
    assert sites["chrom"].value_counts().to_dict() == {"chrA": 115, "chrB": 58, "chrC": 57}


def test_no_two_instances_overlap(study):
    for _, rows in study[1].groupby("chrom"):
        rows = rows.sort_values("start")
        assert (rows["start"].to_numpy()[1:] >= rows["end"].to_numpy()[:-1]).all()


def test_decoys_are_as_dense_about_events_as_elsewhere(tmp_path):
    _, truth = simulated(tmp_path, decoys={"decoy": 1200})
    near = np.zeros(120_000, dtype=bool)
    offset = {"chrA": 0, "chrB": 60_000, "chrC": 90_000}
    for hit in truth.query("role == 'causal'").itertuples():
        middle = offset[hit.chrom] + (hit.start + hit.end) // 2
        near[middle - 60 : middle + 60] = True
    decoys = truth[truth["role"] == "decoy"]
    places = decoys["chrom"].map(offset) + decoys["start"] + 5
    expected = 1200 * near.mean()
    deviation = (1200 * near.mean() * (1 - near.mean())) ** 0.5
    assert abs(near[places].sum() - expected) < 4 * deviation


def test_the_background_has_its_composition_and_no_memory(study):
    _, truth, letters = study
    planted = np.zeros(60_000, dtype=bool)
    for hit in truth.query("chrom == 'chrA'").itertuples():
        planted[hit.start : hit.end] = True
    codes = codes_of(letters["chrA"])
    free = ~planted
    share = np.bincount(codes[free], minlength=4) / free.sum()
    np.testing.assert_allclose(share, [0.3, 0.2, 0.2, 0.3], atol=0.01)
    both = free[1:] & free[:-1]
    pairs = np.bincount(4 * codes[:-1][both] + codes[1:][both], minlength=16) / both.sum()
    np.testing.assert_allclose(pairs.reshape(4, 4), np.outer(share, share), atol=0.006)


def test_truth_file_holds_the_truth_in_genome_order(study):
    files, truth, _ = study
    read = pd.read_table(files["truth"], header=None)
    assert read.values.tolist() == truth.values.tolist()
    assert list(dict.fromkeys(truth["chrom"])) == list(STUDY["chromosomes"])


def test_core_holds_runs_of_informative_columns_only(tmp_path):
    flat, weak = [0.3, 0.2, 0.2, 0.3], [0.5, 0.1, 0.1, 0.3]
    sure = encode("GC").astype(float).tolist()
    ppm = [sure[0], flat, sure[1], sure[0], weak]  # runs: base 0, bases 2 to 4
    events = [{"motifs": ["x"], "share": 1.0}]
    files, truth = simulated(
        tmp_path, ppms={"x": ppm}, alternatives=events, max_share=1, alone={"x": 9}, decoys={}
    )
    core = pd.read_table(files["core"], names=BED)
    causal = truth[truth["role"] == "causal"]
    expected = []
    for hit in causal.itertuples():
        runs = [(0, 1), (2, 4)] if hit.strand == "+" else [(1, 3), (4, 5)]
        expected += [
            [hit.chrom, hit.start + a, hit.start + b, "x", 0, hit.strand] for a, b in runs
        ]
    assert len(causal) == 200 and core.values.tolist() == expected


def test_information_by_hand():
    ppm = np.array([[1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0, 0]], dtype=float)
    np.testing.assert_allclose(information(ppm, np.full(4, 0.25)), [2, 0, 1])
    np.testing.assert_allclose(information(ppm[:1], np.array([0.5, 0.2, 0.2, 0.1])), [1])


def test_instances_follow_the_ppm_and_reach_the_score(tmp_path):
    rng = np.random.default_rng(0)
    ppm = rng.dirichlet([0.3] * 4, size=8)
    one = {"ppms": {"x": ppm}, "alternatives": [{"motifs": ["x"], "share": 1}], "max_share": 1}
    one |= {"alone": {}, "decoys": {}, "chromosomes": {"chrA": 300_000}, "events": 1500}
    files, truth = simulated(tmp_path, **one, min_score=-100)
    letters = "".join(files["genome"].read_text().split("\n")[1:])
    words = [codes_of(letters[hit.start : hit.end]) for hit in truth.itertuples()]
    words = [w if s == "+" else turned(w) for w, s in zip(words, truth["strand"], strict=True)]
    found = np.mean([encode(word) for word in words], axis=0)
    np.testing.assert_allclose(found, ppm, atol=4 * 0.5 / 1500**0.5)
    _, choosy = simulated(tmp_path, **one, min_score=0.7)
    assert choosy["score"].min() >= 700 > truth["score"].min()


def test_the_seed_alone_decides(study, tmp_path):
    for seed, same in ((4, True), (5, False)):
        (tmp_path / str(seed)).mkdir()
        files, _ = simulated(tmp_path / str(seed), seed=seed)
        pairs = [(files[name].read_bytes(), study[0][name].read_bytes()) for name in NAMES]
        assert [one == other for one, other in pairs] == [same] * 4


def test_pairs_too_far_apart_make_no_event(tmp_path, study):
    far = {"motifs": ["two", "three"], "number": 40, "spacing": [20, 30]}
    files, truth = simulated(tmp_path, apart=[far], edge=120)
    rows = truth[truth["role"] == "alone"]
    assert rows["motif"].value_counts().to_dict() == {"two": 60, "three": 50}  # 20 and 10 alone
    assert set(rows["event"]) == {"."}
    starts, ends = rows["start"].to_numpy(), rows["end"].to_numpy()
    gaps = np.where(rows["chrom"].to_numpy()[1:] == rows["chrom"].to_numpy()[:-1],
                    starts[1:] - ends[:-1], 10**6)  # fmt: skip
    pairs = gaps[gaps < 60]
    assert len(pairs) == 40 and pairs.min() >= 20 and pairs.max() <= 30
    centres = pd.read_csv(files["peaks"], sep="\t", names=BED)
    assert len(centres) == 200
    for hit in rows.itertuples():
        near = centres.loc[centres["chrom"] == hit.chrom, "start"]
        assert (near - (hit.start + hit.end) // 2).abs().min() > 120 - 25
    # without them nothing changes
    assert simulated(tmp_path, apart=[])[1].equals(study[1])


@pytest.mark.parametrize("total", [0, 1, 7, 100])
def test_apportioned_numbers_add_up_and_are_within_one(total):
    for weights in combinations([0.1, 0.2, 0.35, 0.4, 3.0], 3):
        counts = apportion(total, weights)
        exact = np.array(weights) / sum(weights) * total
        assert counts.sum() == total and np.abs(counts - exact).max() < 1


CROWD = {"chromosomes": {"chrA": 20_000}, "events": 50, "alone": {}, "decoys": {"decoy": 2000}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"events": 1200}, "don't fit"),
        ({"edge": 40}, "an edge of 40 bp"),
        ({"spread": 9}, "doesn't fit within 9 bp"),
        ({"max_share": 0.45}, "in 0.5 of the events"),
        ({"alternatives": [{"motifs": ["one"], "share": 0.5}]}, "add up to 0.5"),
        ({"alternatives": [{"motifs": ["four"], "share": 1}]}, "no PPM for the motif 'four'"),
        (
            {"apart": [{"motifs": ["two", "three"], "number": 9, "spacing": [20, 80]}]},
            "an edge of 100 bp",
        ),
        ({"apart": [{"motifs": ["two"], "number": 9}]}, "expected: .motifs: .A, B., number"),
        (
            {"apart": [{"motifs": ["two", "three"], "spacing": [20, 30]}]},
            "simulate.apart has .'motifs'",
        ),
        ({"decoys": {"four": 3}}, "no PPM for the motif 'four'"),
        (CROWD, "free bases left"),
        ({"ppms": {"one": [[1, 1, 0, 0]]}}, "PPM of one"),
        ({"ppms": {"one": [1, 0, 0, 0]}}, "PPM of one"),
        ({"composition": [0.5, 0.5, 0, 0]}, "composition"),
        ({"min_score": 1.01}, "hardly any instance"),
        ({"chromosomes": {"chr/A": 100_000}}, "file names"),
        ({"chromosomes": {"chrA": 100_000, "chrB": 150}}, "half of each chromosome"),
    ],
)
def test_contradictions_are_refused_and_nothing_is_written(tmp_path, changes, message):
    with pytest.raises(BadInput, match=message):
        simulated(tmp_path, **changes)
    assert list(tmp_path.iterdir()) == []
