"""A job of scores that ends early goes on where it was, and nobody can tell from the result."""

import numpy as np
import pandas as pd
import pytest

from chromolens.models.model import Model
from chromolens.tables.variants import BLOCKS
from chromolens.tracks.partial import Pieces, partial_path, pieces_kept
from chromolens.variants import score
from chromolens.variants.haplotypes import stands_of
from chromolens.variants.listed import Reading, unique
from chromolens.variants.saturation import saturate
from chromolens.variants.score import score_variants
from tests.attribution.networks import cnn, randomised
from tests.variants.alleles import FOLDS, SETTINGS, WINDOW, sequences, stated, write_genome

ASKED = {
    "tasks": ["x", "y"], "objective": "binary", "window": WINDOW, "stands": stands_of(SETTINGS),
}  # fmt: skip
PLACES = range(60, 560, 25)


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


@pytest.fixture(scope="module")
def models():
    return [Model.of(randomised(cnn(WINDOW), seed), ["x", "y"]) for seed in (1, 2)]


@pytest.fixture
def variants(genome, monkeypatch):
    """Substitutions on chromosomes of two folds, three in a block."""
    monkeypatch.setattr(score, "_MOST", 3)
    found = sequences()
    rows = [
        (chrom, at, found[chrom][at - 1], "ACGT"[("ACGT".index(found[chrom][at - 1]) + 1) % 4])
        for at in PLACES
        for chrom in ("b", "a")
        if found[chrom][at - 1] != "N"
    ]
    return unique(Reading(genome, FOLDS, SETTINGS).taken(stated(*rows))[0])


class Ending(Pieces):
    """Work that ends with an error at the piece after ``until`` of them."""

    def __init__(self, kept: Pieces, until: int, error: BaseException):
        self._kept, self._until, self._error, self.calls = kept, until, error, 0

    def each(self, pieces, work, what):
        def counted(piece, rows):
            self.calls += 1
            if self.calls > self._until:
                raise self._error
            return work(piece, rows)

        return self._kept.each(pieces, counted, what)


def run(path, score_all, *, until=10**6, error=None, job="job") -> tuple[pd.DataFrame, int]:
    """The table that a job makes, and how many pieces it worked on."""
    with pieces_kept(path, job, 8) as kept:
        pieces = Ending(kept, until, error)
        table = score_all(pieces)
        path.write_text("written")
    return table, pieces.calls


@pytest.mark.parametrize("until", [0, 1, 9])
def test_scores_of_variants_are_continued_to_the_same_bits(
    genome, models, variants, tmp_path, caplog, until
):
    caplog.set_level("INFO")
    folds = {"fold0": models, "fold1": models[::-1]}

    def scored(pieces):
        return score_variants(folds, genome, variants, **ASKED, pieces=pieces)

    whole, calls = run(tmp_path / "whole.tsv", scored)
    assert calls == sum(-(-count // 3) for count in variants["fold"].value_counts())
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut.tsv", scored, until=until, error=KeyboardInterrupt())
    rest, again = run(tmp_path / "cut.tsv", scored)
    assert again == calls - until
    assert (f"resumed at {100 * until // calls} %" in caplog.text) == bool(until)
    pd.testing.assert_frame_equal(rest, whole, check_exact=True)
    assert not partial_path(tmp_path / "cut.tsv").exists()
    # what nothing keeps is the same, and so is each fold by itself
    pd.testing.assert_frame_equal(scored(Pieces(8)), whole, check_exact=True)
    for fold, own in variants.groupby("fold"):
        alone = score_variants({fold: folds[fold]}, genome, own, **ASKED, pieces=Pieces(8))
        held = whole[whole["fold"] == fold].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, held, check_exact=True)


def test_another_job_begins_anew(genome, models, variants, tmp_path):
    def scored(pieces):
        return score_variants({"fold0": models, "fold1": models}, genome, variants, **ASKED,
                              pieces=pieces)  # fmt: skip

    path = tmp_path / "scores.tsv"
    with pytest.raises(KeyboardInterrupt):
        run(path, scored, until=4, error=KeyboardInterrupt())
    _, calls = run(path, scored, job="another")
    assert calls == run(tmp_path / "whole.tsv", scored)[1]


def test_where_memory_is_short_all_is_scored_with_half_the_rows(
    genome, models, variants, tmp_path
):
    class Short(Pieces):
        """Memory for 4 rows, and for 8 in the first three pieces."""

        def __init__(self, kept):
            self._kept, self.rows = kept, []

        def each(self, pieces, work, what):
            def limited(piece, rows):
                self.rows.append(rows)
                if rows > 4 and len(self.rows) > 3:
                    raise MemoryError("pretended")
                return work(piece, rows)

            return self._kept.each(pieces, limited, what)

    folds = {"fold0": models, "fold1": models}
    with pieces_kept(tmp_path / "scores.tsv", "job", 8) as kept:
        short = Short(kept)
        found = score_variants(folds, genome, variants, **ASKED, pieces=short)
    expected = score_variants(folds, genome, variants, **ASKED, pieces=Pieces(4))
    assert short.rows[:4] == [8] * 4 and set(short.rows[4:]) == {4}
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_saturated_blocks_are_continued_to_the_same_bits(genome, models, tmp_path):
    starts = np.arange(60, 300, 64)
    blocks = pd.DataFrame(
        {"chrom": "a", "start": starts, "end": starts + [64, 64, 64, 20], "fold": "fold0"}
    )[BLOCKS.names]

    def saturated(pieces):
        return saturate(models, genome, blocks, **ASKED, pieces=pieces)

    whole, _ = run(tmp_path / "whole.tsv", saturated)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut.tsv", saturated, until=3, error=KeyboardInterrupt())
    rest, calls = run(tmp_path / "cut.tsv", saturated)
    assert calls == 1
    pd.testing.assert_frame_equal(rest, whole, check_exact=True)
