"""Labels of tiles by hand; baselines on sequences whose answer is known."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from chromolens.checks import tiles as module
from chromolens.checks.tiles import check, check_model
from chromolens.genome.fasta import Genome, prepare_fasta
from chromolens.inputs.folds import Folds
from chromolens.motifs.names.database import Motif

WINDOW, WORD = 20, "GATTACAT"


@pytest.fixture
def genome(tmp_path: Path) -> Genome:
    """Two chromosomes with the word at every 100th base."""
    rng, lines = np.random.default_rng(3), []
    for chrom in ("chr1", "chr2"):
        sequence = rng.choice(list("ACGT"), 4000)
        for start in range(50, 4000, 100):
            sequence[start : start + len(WORD)] = list(WORD)
        lines += [f">{chrom}", "".join(sequence)]
    (tmp_path / "g.fa").write_text("\n".join(lines) + "\n")
    prepare_fasta(tmp_path / "g.fa", tmp_path / "g.fa.gz")
    return Genome(tmp_path / "g.fa.gz")


def windows(chrom: str) -> pd.DataFrame:
    starts = np.arange(0, 3980, 5)
    holds = [any(s <= at and at + 8 <= s + WINDOW for at in range(50, 4000, 100)) for s in starts]
    table = pd.DataFrame({"chrom": chrom, "start": starts, "label": np.float32(holds)})
    return table.assign(end=table["start"] + WINDOW)


def test_the_best_motif_is_chosen_on_the_training_windows(genome: Genome) -> None:
    ppm = np.array([[base == letter for base in "ACGT"] for letter in WORD], float)
    rng = np.random.default_rng(4)
    database = [Motif(f"r{i}", "random", "", rng.dirichlet([1] * 4, 8)) for i in range(5)]
    database.append(Motif("w", "word", "", ppm))
    tiles = windows("chr2").assign(fold="fold0", value=0.0)
    tiles["value"] = -tiles["label"]  # a model that is always wrong
    table = check(
        tiles,
        genome,
        {"fold0": windows("chr1")},
        database,
        task="t",
        window=WINDOW,
        within=WINDOW,
        kmer=4,
    ).set_index("metric")["value"]
    assert table["auroc"] == 0
    assert table["auroc_best_motif"] > 0.99
    assert table["auroc_kmer"] > 0.9


def test_baselines_read_on_across_an_origin(genome: Genome, tmp_path: Path) -> None:
    """Turned by 54 bases, so that one word lies across the origin of chr2."""
    turned = genome.sequence("chr2", 54, 4000) + genome.sequence("chr2", 0, 54)
    (tmp_path / "t.fa").write_text(f">chr1\n{genome.sequence('chr1', 0, 4000)}\n>chr2\n{turned}\n")
    prepare_fasta(tmp_path / "t.fa", tmp_path / "t.fa.gz", circular=["chr2"])
    tiles = pd.DataFrame({"chrom": "chr2", "start": np.arange(3910, 4000, 2), "fold": "fold0"})
    tiles["label"] = tiles["start"].between(3984, 3996).astype(np.float32)
    word = Motif("w", "word", "", np.eye(4)[["ACGT".index(base) for base in WORD]])
    with Genome(tmp_path / "t.fa.gz") as circle:
        table = check(
            tiles.assign(value=0.0),
            circle,
            {"fold0": windows("chr1")},
            [word],
            task="t",
            window=WINDOW,
            within=WINDOW,
            kmer=4,
        ).set_index("metric")["value"]
    assert table["auroc_best_motif"] == 1
    assert table["auroc_kmer"] > 0.9


def test_a_match_counts_where_an_event_would() -> None:
    """The place of the best match beside the plain maximum over all places, window by window."""
    rng = np.random.default_rng(7)
    codes, weights = rng.integers(0, 4, 300).astype(np.uint8), rng.normal(0, 1, (6, 4))
    scores, starts, within = module.best(codes, weights), np.arange(0, 270, 7), 5
    found = module._window_max(codes, weights, starts, 30, within)
    for start, top in zip(starts, found, strict=True):
        inside = [at for at in range(start, start + 25) if abs(at + 3 - (start + 15)) <= within]
        assert len(inside) == 11 and top == max(scores[inside])
    windows_ = np.stack([codes[start : start + 30] for start in starts])
    np.testing.assert_allclose(
        module._best_matches(windows_, [weights], within)[:, 0], found, 1e-5
    )
    whole = module._window_max(codes, weights, starts, 30, 100)
    assert whole.tolist() == [scores[start : start + 25].max() for start in starts]


def test_few_windows_do_not_settle_which_motif_is_best(genome: Genome, monkeypatch) -> None:
    """One window of each label can't tell motifs apart, all of them can."""
    monkeypatch.setattr(module, "SAMPLE", 1)
    ppm = np.array([[base == letter for base in "ACGT"] for letter in WORD], float)
    rng = np.random.default_rng(5)
    database = [Motif(f"r{i}", "random", "", rng.dirichlet([1] * 4, 8)) for i in range(8)]
    database.append(Motif("w", "word", "", ppm))
    seen = windows("chr1")
    codes = module._codes(genome, seen)
    chosen = module._best_motif(codes, seen["label"].to_numpy(), database, WINDOW)
    assert [base for base in chosen.argmax(axis=1)] == ["ACGT".index(base) for base in WORD]


@pytest.mark.parametrize(
    ("keys", "n", "positives", "auprc"),
    [
        # Masked: 90, 110, 190, 210, 290, 310, 340, 360. Each of the four events has a positive.
        ({"top": 1.0, "apart": {}}, 32, 4, 2 / 4 + 2 / 4 * 4 / 32),
        # The fourth event is beyond the share that is used: 350 is masked too.
        ({"top": 0.75, "apart": {}}, 31, 3, 2 / 3 + 1 / 3 * 3 / 31),
        # The third lies 17 bp from an event of u: 300 is masked too.
        ({"top": 1.0, "apart": {"t": {"from": ["u"], "distance": 17}}}, 31, 3,
         1 / 3 + 2 / 3 * 3 / 31),
        ({"top": 1.0, "apart": {"t": {"from": ["u"], "distance": 16}}}, 32, 4,
         2 / 4 + 2 / 4 * 4 / 32),
        ({"top": 0.75, "apart": {"t": {"from": ["u"], "distance": 17}}}, 30, 2,
         1 / 2 + 1 / 2 * 2 / 30),
    ],
)  # fmt: skip
def test_tiles_are_labelled_as_training_windows_are(
    genome: Genome, tmp_path: Path, monkeypatch, keys: dict, n: int, positives: int, auprc: float
) -> None:
    """Tiles have their centres at 10, 20 ... 400; the model finds those at 100 and 300."""
    peaks = {"t": [203, 103, 303, 353], "u": [320]}
    for task, events in peaks.items():
        lines = [f"chr2\t{event}\t{event + 1}\n" for event in events]
        (tmp_path / f"{task}.bed").write_text("".join(lines))
    starts = np.arange(0, 400, 10)
    tiles = pd.DataFrame({"chrom": "chr2", "start": starts, "fold": "fold0"})
    tiles["value"] = np.isin(starts + 10, [100, 300]).astype(float)
    monkeypatch.setattr(module, "read_headers", lambda _: {"s": SimpleNamespace(tasks=["t"])})
    monkeypatch.setattr(module, "read_tiles", lambda *_: tiles.copy())
    table = check_model(
        ["s"],
        genome,
        windows("chr1").rename(columns={"label": "t"}).assign(group="chr1"),
        Folds({"fold0": {"test": ["chr2"], "training": ["chr1"]}}),
        {task: str(tmp_path / f"{task}.bed") for task in peaks},
        [Motif("w", "word", "", np.eye(4))],
        chromosome_names=None,
        within=5,
        window=WINDOW,
        kmer=3,
        **keys,
    ).set_index("metric")
    assert set(table["task"]) == {"t"}
    assert set(table["n"]) == {n} and set(table["positives"]) == {positives}
    assert table["value"]["auprc"] == pytest.approx(auprc)


def test_intervals_draw_whole_stretches() -> None:
    """Beside scikit-learn on tables in which each tile stands as often as its stretch is drawn."""
    rng = np.random.default_rng(5)
    label = rng.random(300) < 0.2
    scores = {name: label + rng.normal(0, scale, 300) for name, scale in
              (("value", 0.4), ("best_motif", 1), ("kmer", 2))}  # fmt: skip
    starts = np.arange(300) * 500  # 15 stretches of 10 kb
    tiles = pd.DataFrame(
        {"chrom": "chr1", "start": starts, "label": label.astype(float), **scores}
    )
    table = module._metrics(tiles, "t").set_index("metric")
    plain = {name: average_precision_score(label, score) for name, score in scores.items()}
    assert table.loc["auprc", "value"] == pytest.approx(plain["value"])
    assert table.loc["auprc_kmer", "value"] == pytest.approx(plain["kmer"])
    ratio = plain["value"] / plain["best_motif"]
    assert table.loc["auprc_ratio", "value"] == pytest.approx(ratio)
    drawn = np.random.default_rng(0).integers(0, 15, (200, 15))
    ratios = []
    for stretches in drawn:
        rows = np.concatenate([np.arange(20 * one, 20 * one + 20) for one in stretches])
        own, motif = (
            average_precision_score(label[rows], scores[name][rows])
            for name in ("value", "best_motif")
        )
        ratios.append(own / motif)
    expected = np.quantile(ratios, (0.025, 0.975))
    assert table.loc["auprc_ratio", ["low", "high"]].tolist() == pytest.approx(expected)
    assert (table["n"] == 300).all() and (table["positives"] == label.sum()).all()


def test_a_baseline_that_cannot_be_fitted_is_missing(genome: Genome) -> None:
    tiles = windows("chr2").assign(fold="fold0", value=0.5)
    training = {"fold0": windows("chr1").query("label == 0")}
    table = check(tiles, genome, training, [], task="t", window=WINDOW, within=WINDOW, kmer=4)
    values = table.set_index("metric")["value"]
    assert values["auroc"] == 0.5
    assert values[["auprc_kmer", "auroc_best_motif", "auprc_ratio"]].isna().all()
