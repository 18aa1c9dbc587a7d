"""From a base back to what made it, on a small study's folder written by hand."""

import hashlib
import json

import h5py
import numpy as np
import pandas as pd
import pytest

from chromolens.__main__ import main
from chromolens.errors import BadInput
from chromolens.explain import describe, explain
from chromolens.scores import COVER, REGION, TILING, Header, create, seal
from chromolens.tables.inputs import CHROMOSOMES, TRUTH
from chromolens.tracks.bigwig import write_bigwig
from tests.indexes import write_index
from tests.partial_tables import write_partial

WINDOW, STRIDE, SIZE = 20, 10, 100


@pytest.fixture
def study(tmp_path):
    """Chromosome a in two shards of 50 bp; contribution of base i is i, of task two 1000 + i."""
    network = b"weights"
    (tmp_path / "models/main").mkdir(parents=True)
    (tmp_path / "models/main/fold0.0.keras").write_bytes(network)
    digest = hashlib.sha256(network).hexdigest()
    for start in (0, SIZE // 2):
        shard(tmp_path, start, start + SIZE // 2, digest)
    write_bigwig(
        tmp_path / "tracks/small.main.one.ism.bw",
        {"a": SIZE},
        lambda chrom, start, end: np.arange(start, end),
    )
    made = {
        "config": {"inputs": {"kind": "genome"}},
        "commit": "abc",
        "inputs": {"genome.fa.gz": "f00"},
        "models": {"models/main/fold0.0.keras": digest},
    }
    chromosomes = pd.DataFrame({"chrom": ["a", "b"], "length": SIZE})
    (tmp_path / "inputs").mkdir()
    write_partial(CHROMOSOMES, chromosomes, tmp_path / CHROMOSOMES.file)
    truth = pd.DataFrame({"chrom": ["a"], "start": 50, "end": 60, "motif": "M", "strand": "+"})
    (tmp_path / "simulated").mkdir()
    write_partial(TRUTH, truth, tmp_path / TRUTH.file)
    (tmp_path / "provenance.json").write_text(json.dumps(made))
    run = {"model": "main", "fold": "fold0"}
    shards = [{**run, "method": "ism", "shard": f"a-{start}-{start + 50}"} for start in (0, 50)]
    track = {"model": "main", "task": "one", "method": "ism", "track": "ism"}
    jobs = {"trainings": [{**run, "replicate": 0}], "shards": shards, "raw": [track]}
    write_index(tmp_path, "small", genome=[{}], simulated=[{}], **jobs)
    return tmp_path


def shard(folder, start, end, digest):
    header = Header(
        study="small", model="main", method="ism", shard=f"a-{start}-{end}", fold="fold0",
        tasks=["one", "two"], models=[digest], provenance={"code": ["c0de"]}, run={},
        settings={
            "tiling": {"window": WINDOW, "stride": STRIDE},
            "method": {"references": "uniform", "seed": 7},
        },
    )  # fmt: skip
    path = folder / "attribution/main/ism" / f"a-{start}-{end}.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    starts = np.arange(start, min(end, SIZE - WINDOW + 1), STRIDE)
    with h5py.File(path, "w") as file:
        header.write(file)
        group = file.create_group(f"a-{start}-{end}")
        sizes = {"task": 2, "base": end - start, "window": len(starts), "stretch": 1}
        create(group, (*REGION, *COVER, *TILING), sizes)
        group["stretch_start"][:], group["stretch_end"][:] = start, end
        group["contributions"][:] = np.arange(start, end) + np.array([[0], [1000]])
        group["window_start"][:] = starts
        group["values"][:] = starts + np.array([[0.5], [1000.5]])
    seal(path)


def test_a_base_is_followed_to_its_making(study):
    first, second = explain(study, "a:56")  # base 55, counted from 0
    assert (first["task"], first["contribution"]) == ("one", 55)
    assert first["track"] == {"file": "tracks/small.main.one.ism.bw", "value": 55}
    assert (second["task"], second["contribution"], second["track"]) == ("two", 1055, None)
    assert first["shard"] == "attribution/main/ism/a-50-100.h5"
    assert first["fold"] == "fold0" and first["code"] == ["c0de"]
    assert first["settings"]["method"] == {"references": "uniform", "seed": 7}
    assert first["study code"]["commit"] == "abc" and first["inputs"] == {"genome.fa.gz": "f00"}


def test_what_is_known_of_the_base_is_said(study):
    assert explain(study, "a:51")[0]["here"] == "planted M a:51-60 +"
    assert explain(study, "a:61")[0]["here"] == "no hit, planted instance or event"


def test_a_track_that_differs_from_its_shard_is_said_first(study, capsys):
    write_bigwig(
        study / "tracks/small.main.one.ism.bw",
        {"a": SIZE},
        lambda _, start, end: np.ones(end - start),
    )
    assert main(["explain", str(study), "a:56", "--task", "one"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("NOT THE SAME: the shard says 55, tracks/small.main.one.ism.bw 1")
    assert "NOT THE SAME" in said.err
    assert main(["explain", str(study), "a:2", "--task", "one"]) == 0  # 1 in both
    assert "NOT THE SAME" not in capsys.readouterr().out


def test_a_damaged_shard_is_named(study):
    path = study / "attribution/main/ism/a-50-100.h5"
    with h5py.File(path) as file:
        place = file["a-50-100/contributions"].id.get_offset()
    content = bytearray(path.read_bytes())
    content[place + 4] ^= 64
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"contributions is not what was written(?s:.*)a-50-100.h5"):
        explain(study, "a:56")


def test_windows_over_the_base_come_from_both_shards(study):
    windows = explain(study, "a:56", task="two")[0]["windows"]
    covering = [s for s in range(0, SIZE - WINDOW + 1, STRIDE) if s <= 55 < s + WINDOW]
    assert covering[0] < 50 <= covering[-1]  # the first starts in the other shard
    assert [w["window"] for w in windows] == [f"a:{s}-{s + WINDOW}" for s in covering]
    assert [w["values"] for w in windows] == [s + 1000.5 for s in covering]


def test_a_window_that_starts_in_no_shard_is_told(study):
    (study / "attribution/main/ism/a-0-50.h5").unlink()
    first, second = explain(study, "a:56", task="two")[0]["windows"]
    assert first["window"] == "a:40-60" and first["numbers"].startswith("in no shard")
    assert second["window"] == "a:50-70" and second["values"] == 1050.5


def test_networks_are_known_by_their_content(study):
    network = explain(study, "a:1")[0]["networks"][0]
    assert network["file"] == "models/main/fold0.0.keras" and network["recorded"]
    (study / "models/main/fold0.0.keras").write_bytes(b"trained again")
    network = explain(study, "a:1")[0]["networks"][0]
    assert network["file"] == "not in this folder any more" and network["recorded"]


@pytest.mark.parametrize(
    ("place", "options", "words"),
    [
        ("a", {}, "chrom:position"),
        ("a:0", {}, "the first base is 1"),
        ("a:101", {}, "past the end of a(.|\n)*at most 100"),
        ("chra:1", {}, "did you mean 'a'"),
        ("b:1", {}, "no shard of .* explains b:1(.|\n)*folds.tsv"),
        ("a:5", {"task": "on"}, "did you mean 'one'"),
        ("a:5", {"method": "deeplift"}, "one of ism"),
    ],
)
def test_questions_without_an_answer(study, place, options, words):
    with pytest.raises(BadInput, match=words):
        explain(study, place, **options)


def test_an_unfinished_study(study):
    (study / "provenance.json").unlink()
    with pytest.raises(BadInput, match="run to its end"):
        explain(study, "a:1")


def test_the_command(study, capsys):
    assert main(["explain", str(study), "a:56", "--task", "one"]) == 0
    text = capsys.readouterr().out
    assert "contribution: 55" in text and "references: uniform" in text
    assert text.strip() == describe(explain(study, "a:56", task="one"))
    assert main(["explain", str(study), "a:5,6", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert main(["explain", str(study), "b:1"]) == 2
    assert "what to do" in capsys.readouterr().err
