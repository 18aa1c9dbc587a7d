"""Right hits, recall and precision against plain loops and by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.checks import hits as checks
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.genome.intervals import Interval
from chromolens.motifs.hits.sought import Sought
from chromolens.tables.motifs import SOUGHT
from chromolens.tracks.bigwig import write_bigwig

WORD, SIZE = "TGACGCAATCGG", 20_000
FOLDS = {Interval("chr1", 0, SIZE): "fold0"}
PPM = np.array([[0.97 if base == letter else 0.01 for base in "ACGT"] for letter in WORD])
MOTIF = Sought("m", "KNOWN", "pos", PPM)


def places(rows: list[tuple], reach: float = np.nan) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["chrom", "start", "end"])
    return table.assign(reach=reach, causal=True)


def test_the_nearest_target_by_a_double_loop() -> None:
    rng = np.random.default_rng(0)
    chroms = rng.choice(["a", "b", "c"], 200)
    starts = rng.integers(0, 3000, 200)
    sites = pd.DataFrame({"chrom": chroms, "start": starts, "end": starts + 9})
    places_of = {"a": rng.permutation(3000)[:40], "b": rng.permutation(3000)[:40]}
    rows = [(chrom, p, p + 1) for chrom, own in places_of.items() for p in own]
    targets = places(rows, reach=10)
    found = checks.nearest(sites, targets)
    for site, row in zip(sites.itertuples(), found, strict=True):
        away = [
            abs(t.start - (site.start + 4)) if t.chrom == site.chrom else np.inf
            for t in targets.itertuples()
        ]
        assert (row >= 0) == (min(away) <= 10)
        assert row < 0 or away[row] == min(away)
    assert 20 < (found >= 0).sum() < 150


@pytest.mark.parametrize(("start", "right"), [(100, True), (105, True), (106, False), (95, True)])
def test_half_of_the_narrower_must_be_shared(start: int, right: bool) -> None:
    site = pd.DataFrame({"chrom": ["a"], "start": [start], "end": [start + 30]})
    if start != 95:
        site["end"] = start + 10
    assert (checks.nearest(site, places([("a", 100, 110)]))[0] == 0) == right


def test_recall_and_precision_by_hand() -> None:
    ranked = np.array([4, -1, 4, 2, -1, 0])
    assert checks.at_recall(ranked, 4, 0.5) == (0.5, 0.75)
    assert checks.at_recall(ranked, 4, 0.25) == (0.25, 1)
    assert checks.at_recall(ranked, 4, 0.9) == (0.75, pytest.approx(4 / 6))
    assert np.isnan(checks.at_recall(ranked, 4, 0)).all()


@pytest.fixture
def study(tmp_path: Path) -> tuple[Genome, str]:
    """Words at 1000, 2000, ...: the first four contribute."""
    bases = np.random.default_rng(1).choice(list("ACGT"), SIZE)
    track = np.zeros(SIZE, np.float32)
    for i, start in enumerate(range(1000, 9000, 1000)):
        bases[start : start + 12] = list(WORD)
        track[start : start + 12] = i < 4
    (tmp_path / "g.fa").write_text(">chr1\n" + "".join(bases) + "\n")
    prepare_fasta(tmp_path / "g.fa", tmp_path / "g.fa.gz")
    write_bigwig(tmp_path / "t.bw", {"chr1": SIZE}, lambda _, start, end: track[start:end])
    return Genome(tmp_path / "g.fa.gz"), str(tmp_path / "t.bw")


def hits(starts: list[int]) -> pd.DataFrame:
    table = pd.DataFrame({"chrom": "chr1", "start": starts, "motif": "m"})
    return table.assign(end=table["start"] + 12)


def run(study: tuple, found: pd.DataFrame, weight: float = 1, **changed: object) -> pd.Series:
    sought = Path(study[1]).parent / "sought.tsv"
    write_partial(
        SOUGHT, pd.DataFrame({"motif": ["m"], "weights": [f"fold0:0,1,{weight},0"]}), sought
    )
    given = {"folds": FOLDS, "max_p": 1e-5, "task": "t", "truth": [], "events": []}
    given |= {"planted": ({}, None), "chromosome_names": None, "sought": sought, "predicted": ""}
    given |= changed
    return checks.check_hits(*study, found, [MOTIF], **given).iloc[0]


def test_events_are_found_within_ten_bases(study: tuple, tmp_path: Path) -> None:
    bed = tmp_path / "events.bed"
    middles = [1006, 2016, 3017, 4006]  # of the words: 1005.5, 2005.5, 3005.5, 4005.5
    bed.write_text("".join(f"chr1\t{at}\t{at + 1}\n" for at in middles))
    row = run(study, hits([1000, 2000, 3000, 7000]), events=str(bed))
    assert (row.events, row.hits, row.truth) == (4, 4, "t")
    # the second lies 10.5 away, as the third does: only the first hit is right
    assert (row.recall, row.precision) == (0.25, 0.25)
    assert row.recall_pwm == 0.25 and row.average_precision >= row.average_precision_pwm > 0


def test_events_where_nothing_was_explained_are_no_truth(study: tuple, tmp_path: Path) -> None:
    gaps = str(tmp_path / "gaps.bw")
    track = np.full(SIZE, np.nan, np.float32)
    track[500:2500] = 1
    write_bigwig(gaps, {"chr1": SIZE}, lambda _, start, end: track[start:end])
    bed = tmp_path / "events.bed"
    bed.write_text("".join(f"chr1\t{at}\t{at + 1}\n" for at in (1006, 2006, 3006, 2499, 2500)))
    row = run((study[0], gaps), hits([1000]), events=str(bed))
    assert (row.events, row.recall) == (3, 1 / 3)


def test_planted_instances_are_found_and_lone_ones_counted_apart(
    study: tuple, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "matrices", lambda *_: {"M": PPM, "other": PPM[::-1] * 0 + 0.25})
    truth = tmp_path / "truth.bed"
    roles = ["causal"] * 4 + ["alone"] * 4
    lines = [
        f"chr1\t{start}\t{start + 12}\tM\t1000\t+\t{role}\te{start}\n"
        for start, role in zip(range(1000, 9000, 1000), roles, strict=True)
    ]
    truth.write_text("".join(lines) + "chrX\t5\t17\tM\t1000\t+\tcausal\tfar\n")
    row = run(study, hits([1000, 2000, 4000, 5000]), truth=[str(truth)])
    assert (row.truth, row.events, row.alone) == ("M", 4, 1)
    assert (row.recall, row.precision) == (0.75, 0.75)
    # by sequence all eight are alike, by probability the contributing come first
    assert row.average_precision == 1 and row.precision_pwm <= 1
    assert row.average_precision_pwm <= 1
    row = run(study, hits([1000]), weight=0, truth=[str(truth)])
    assert row.average_precision == row.average_precision_pwm  # contributions weigh nothing


def test_a_motif_without_hits_or_events_has_a_row(study: tuple, tmp_path: Path) -> None:
    bed = tmp_path / "events.bed"
    bed.write_text("chr1\t15000\t15001\n")
    row = run(study, hits([]), events=[str(bed)])
    assert row.hits == 0 and row.recall == 0 and np.isnan(row.precision)
    empty = Sought("flat", "", "", np.empty((0, 4)))
    targets = checks.event_targets(str(bed), [empty], "t", {"chr1": SIZE}, None)
    genome, track = study
    tracks, folds = (track, ""), FOLDS
    table = checks.check(genome, tracks, hits([]), [empty], targets, folds, {"flat": {}}, 1e-5)
    assert table["hits"].tolist() == [0] and table["average_precision"].isna().all()
