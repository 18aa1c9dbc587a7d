"""Opening a study: what is there is read by name, what isn't is said."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import chromolens
from chromolens.errors import BadInput
from chromolens.motifs.meme import write_meme
from chromolens.tables.inputs import FOLDS
from chromolens.tables.markers import NULL_MASSES
from chromolens.tables.models import HISTORY, POOLED
from chromolens.tables.motifs import HITS
from chromolens.tables.study import INDEX
from chromolens.tracks.bigwig import write_bigwig
from tests.partial_tables import write_partial

FILES = [
    ("folds", "", "", "", "", "", "inputs/folds.tsv"),
    ("lexicon_meme", "", "", "", "", "", "lexicon/lexicon.meme"),
    ("history", "one", "", "", "fold0", "0", "models/one/fold0.0.history.tsv"),
    ("history", "one", "", "", "fold0", "1", "models/one/fold0.1.history.tsv"),
    ("network", "one", "", "", "fold0", "0", "models/one/fold0.0.keras"),
    ("pooled", "one", "", "", "", "", "models/one/pooled.tsv"),
    ("pooled", "two", "", "", "", "", "models/two/pooled.tsv"),
    ("track", "one", "t", "ism", "", "", "tracks/s.one.t.ism.bw"),
    ("track", "one", "t", "grad", "", "", "tracks/s.one.t.grad.bw"),
    ("hits", "one", "t", "ism", "", "", "hits/one/t/ism/hits.bed.gz"),
    ("modisco", "one", "t", "ism", "", "", "motifs/one/t/ism/modisco.h5"),
]


def made_up(folder: Path) -> Path:
    """A study's folder with some of each form of files; its track of grad isn't made yet."""
    for row in FILES:
        (folder / row[-1]).parent.mkdir(parents=True, exist_ok=True)
    keys = [*INDEX.names[:6], "path"]
    write_partial(INDEX, pd.DataFrame(FILES, columns=keys), folder / "index.tsv")
    folds = pd.DataFrame({"fold": ["fold0"], "role": "test", "group": "1"})
    write_partial(FOLDS, folds, folder / "inputs/folds.tsv")
    for replicate in (0, 1):
        epochs = pd.DataFrame({"epoch": [1], "loss": replicate / 10})
        write_partial(HISTORY, epochs, folder / f"models/one/fold0.{replicate}.history.tsv")
    for model in ("one", "two"):
        values = pd.DataFrame({"model": [model], "task": "NA", "value": 1.0})
        write_partial(POOLED, values, folder / f"models/{model}/pooled.tsv")
    hits = pd.DataFrame({"chrom": ["1"], "start": 3, "name": "NA"})
    write_partial(HITS, hits, folder / "hits/one/t/ism/hits.bed.gz")
    write_meme({"M1": np.full((3, 4), 0.25)}, folder / "lexicon/lexicon.meme")
    write_bigwig(
        folder / "tracks/s.one.t.ism.bw", {"1": 50}, lambda _, start, end: np.arange(start, end)
    )
    return folder


@pytest.fixture
def study(tmp_path):
    return chromolens.open_study(made_up(tmp_path / "s"))


def test_tables_are_read_and_names_stay_text(study):
    assert study.table("folds")["group"].tolist() == ["1"]
    assert study["pooled"]["model"].tolist() == ["one", "two"]
    assert study.table("pooled", model="two")["task"].tolist() == ["NA"]


def test_several_files_are_told_apart(study):
    history = study.table("history")
    assert list(history) == ["model", "fold", "replicate", *HISTORY.names]
    assert history["replicate"].tolist() == ["0", "1"]
    assert list(study.table("history", replicate=1)) == HISTORY.names


def test_draws_of_a_null_are_told_apart(tmp_path):
    names = ["permuted_1", "permuted_2"]
    paths = [f"markers/nulls/m.x.{name}.tsv.gz" for name in names]
    (tmp_path / paths[0]).parent.mkdir(parents=True)
    index = {"kind": "null_masses", "model": "m", "method": "x", "null": names, "path": paths}
    write_partial(INDEX, pd.DataFrame(index), tmp_path / "index.tsv")
    for number, path in enumerate(paths, 1):
        draw = pd.DataFrame({"task": ["t"], "null": "permuted", "draw": number, "mass": 0.5})
        write_partial(NULL_MASSES, draw, tmp_path / path)
    found = chromolens.open_study(tmp_path).table("null_masses", model="m", method="x")
    assert found["draw"].tolist() == [1, 2] and set(found["null"]) == {"permuted"}


def test_files_that_no_key_tells_apart_are_not_read_as_one(tmp_path):
    index = {"kind": "pooled", "model": "m", "path": ["models/m/pooled.tsv", "other.tsv"]}
    write_partial(INDEX, pd.DataFrame(index), tmp_path / "index.tsv")
    with pytest.raises(BadInput, match="differ in more than"):
        chromolens.open_study(tmp_path).paths("pooled")


def test_tracks_hits_and_motifs(study):
    track = study.track("one", "t", "ism")
    assert track.values("1:3-6").tolist() == [3, 4, 5]
    assert track.path == study.folder / "tracks/s.one.t.ism.bw"
    hits = study.hits("one", "t")
    assert hits["chrom"].tolist() == ["1"] and hits["name"].tolist() == ["NA"]
    assert study.motifs()["M1"].shape == (3, 4)


def test_what_is_there_is_listed(study):
    assert (study.models, study.tasks, study.methods) == (["one", "two"], ["t"], ["ism", "grad"])
    assert "models one, two; tasks t" in repr(study)
    tables = ["folds", "history", "pooled", "hits"]
    assert study._ipython_key_completions_() == study.tables == tables
    (study.folder / "models/two/pooled.tsv").unlink()
    assert "pooled" not in study.tables
    assert list(study.paths("pooled", by=["model"])) == [("one",), ("two",)]
    assert "pooled" in study and "sweep" not in study


WRONG = {
    "did you mean 'folds'": lambda study: study.table("fold"),
    "did you mean 'two'": lambda study: study.table("pooled", model="twoo"),
    "did you mean 'model'": lambda study: study.table("pooled", modl="two"),
    "did you mean 'scaled'": lambda study: study.track("one", "t", "ism", "scale"),
    "no kind of result 'scaled_track'": lambda study: study.track("one", "t", "ism", "scaled"),
    "method= one of ism, grad": lambda study: study.track("one", "t"),
    "replicate= one of 0, 1": lambda study: study.path("history"),
    "not there yet": lambda study: study.track("one", "t", "grad"),
    "study.path": lambda study: study.table("modisco"),
    "no reading with motifs 'merged'": lambda study: study.motifs("merged"),
    "not in the track": lambda study: study.track("one", "t", "ism").values("2:0-5"),
    "not an interval": lambda study: study.track("one", "t", "ism").values("1"),
    "no kind of result 'provenance'": lambda study: study.config,
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_not_there_is_said(study, words):
    with pytest.raises(BadInput, match=words):
        WRONG[words](study)


def test_what_is_no_study(study):
    with pytest.raises(BadInput, match="did you mean 's'"):
        chromolens.open_study(study.folder.parent / "s1")
    (study.folder / "index.tsv").write_text("kind\tpath\n")
    with pytest.raises(BadInput, match="index.tsv, line 1(.|\n)*run the study again"):
        chromolens.open_study(study.folder)
    (study.folder / "index.tsv").unlink()
    with pytest.raises(BadInput, match="index.tsv"):
        chromolens.open_study(study.folder)


def test_a_copy_of_a_study_is_opened_like_it(study, tmp_path):
    moved = study.folder.rename(tmp_path / "elsewhere")
    assert len(chromolens.open_study(moved).track("one", "t", "ism").values("1:0-9")) == 9


def test_opening_needs_no_tensorflow(study):
    code = "import sys, chromolens; study = chromolens.open_study(sys.argv[1]); print(study)\n"
    code += "study.table('pooled'); light = 'tensorflow keras pyBigWig h5py pysam'.split()\n"
    code += "print([name for name in light if name in sys.modules])"
    command = [sys.executable, "-c", code, str(study.folder)]
    root = Path(__file__).parent.parent
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "[]"
