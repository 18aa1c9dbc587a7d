"""What users get wrong, through the front door: the run stops before training and says what to do.

Each case is a whole study of three small chromosomes, changed in one place, and run with
``snakemake`` as a user would: dry where planning can tell, else up to ``prepare_inputs``. The
message must name the file, the place and a remedy.
"""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyBigWig
import pytest
import yaml
from workflows import snakemake

from chromolens.config import complete
from chromolens.errors import BadInput
from chromolens.planning.machine import disk
from chromolens.runlog import atomic, ended_by_signal

CHROMOSOMES = ("chr1", "chr2", "chr3")
SIZE = 3000  # bp
DRY = ("-n",)
REAL = ("--until", "prepare_inputs")
DOWNLOAD = ("--until", "download")


def study(folder: Path, inputs: dict | None = None, **sections: object) -> Path:
    """Write a sound study into ``folder``, its config changed by the arguments."""
    letters = np.random.default_rng(0).choice(list("ACGT"), size=(len(CHROMOSOMES), SIZE))
    records = [f">{c}\n{''.join(row)}\n" for c, row in zip(CHROMOSOMES, letters, strict=True)]
    (folder / "genome.fa").write_text("".join(records))
    peaks(folder, *((chrom, 500 * i + 200) for chrom in CHROMOSOMES for i in range(5)))
    config = {"study": "small", "folds": {"k": 3, "balance": "length"}}
    config["inputs"] = {"kind": "genome", "fasta": "genome.fa", "peaks": {"bound": "peaks.bed"}}
    config["inputs"] |= {"window": 100, **(inputs or {})}
    (folder / "study.yaml").write_text(yaml.safe_dump(config | sections))
    return folder


def peaks(folder: Path, *places: tuple[str, int]) -> None:
    lines = [f"{chrom}\t{start}\t{start + 60}\n" for chrom, start in places]
    (folder / "peaks.bed").write_text("".join(lines))


def run(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess:
    given = ("--configfile", "study.yaml", "--cores", "1", "--quiet", "rules", *options)
    return snakemake(folder, *given, **environment)


def refused(answer: subprocess.CompletedProcess, *words: str) -> None:
    """The run failed, its message holds all ``words``, nothing was trained."""
    assert answer.returncode != 0, answer.stdout
    missing = [word for word in words if word not in answer.stdout]
    assert not missing, f"{missing} not in:\n{answer.stdout}"
    assert "rule train" not in answer.stdout and "BadInput" in answer.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inputs", "sections", "words"),
    [
        ({"windw": 100}, {}, ["no key 'windw'; did you mean 'window'?", "study.yaml, inputs"]),
        (
            {},
            {"attribution": {"methods": {"deeplift_rescal": {}}}},
            ["did you mean 'deeplift_rescale'?", "attribution.methods.deeplift_rescal"],
        ),
        (
            {},
            {
                "attribution": {"methods": {"occlusion": {}, "ism": {}}},
                "motifs": {"method": "occlusion"},
            },
            ["occlusion as it is set gives no hypothetical", "motifs.method: ism"],
        ),
        (
            {},
            {"models": {"main": {"architecture": "resnet"}}},
            ["named 'resnet'", "one of basset, cnn", "models.main"],
        ),
        (
            {},
            {"study": "../b"},
            ["'../b' can't be used in file names", "study.yaml, study"],
        ),
        (
            {},
            {"folds": {"test": [["chr1"], ["chr2"], ["chr4"]]}},
            ["the folds name 'chr4'", "did you mean", "fold2, test"],
        ),
        (
            {},
            {"folds": {"test": [["chr1", "chr2"], ["chr2"], ["chr3"]]}},
            ["chr2", "more than one fold: fold0, fold1", "folds.test"],
        ),
        (
            {"window": SIZE + 1},
            {},
            [f"{SIZE + 1} bp doesn't fit on chr1", "inputs.window", "make the window smaller"],
        ),
        (
            {"peaks": {"bound": "peak.bed"}},
            {},
            ["there is no file peak.bed; did you mean 'peaks.bed'?", "inputs.peaks.bound"],
        ),
    ],
    ids=[
        "key",
        "method",
        "hypothetical",
        "architecture",
        "slash",
        "fold",
        "overlap",
        "window",
        "path",
    ],
)
def test_planning_refuses_what_the_config_gets_wrong(tmp_path, inputs, sections, words):
    answer = run(study(tmp_path, inputs, **sections), *DRY)
    refused(answer, *words)
    assert 'File "' not in answer.stdout and ".smk" not in answer.stdout


def test_results_that_cannot_be_written(tmp_path):
    study(tmp_path)
    (tmp_path / "results").write_text("a file, not a folder")
    refused(run(tmp_path, *DRY), "nothing can be written", "not a folder", "--directory")


@pytest.mark.slow
def test_names_of_chromosomes_that_differ(tmp_path):
    study(tmp_path)
    peaks(tmp_path, ("1", 200), ("2", 200))
    answer = run(tmp_path, *REAL)
    mapping = 'chromosome_names: {"1": chr1, "2": chr2}'
    refused(answer, "no chromosome 1, 2", "peaks.bed, line 1", mapping)

    study(tmp_path, {"chromosome_names": {i: f"chr{i}" for i in (1, 2, 3)}})
    peaks(tmp_path, *((str(i), start) for i in (1, 2, 3) for start in range(200, 2600, 400)))
    assert run(tmp_path, *REAL).returncode == 0


def test_peaks_past_the_end_and_no_peaks(tmp_path):
    study(tmp_path, folds={"k": 3})  # balanced by labels: planning reads the peaks
    peaks(tmp_path, ("chr1", 200), ("chr2", SIZE + 10))
    refused(
        run(tmp_path, *DRY),
        f"chr2:{SIZE + 10}-{SIZE + 70} lies past the end of chr2",
        "peaks.bed, line 2",
        "same assembly",
    )
    peaks(tmp_path)
    refused(run(tmp_path, *DRY), "no peaks", "peaks.bed", "BED lines")


@pytest.mark.slow
def test_damaged_fasta(tmp_path):
    study(tmp_path, {"fasta": "genome.fa.gz"})
    whole = gzip.compress((tmp_path / "genome.fa").read_bytes(), mtime=0)
    (tmp_path / "genome.fa.gz").write_bytes(whole[: len(whole) // 2])
    refused(run(tmp_path, *DRY), "genome.fa.gz", "truncated", "again")

    (tmp_path / "genome.fa.gz").write_text("no FASTA\n")
    refused(run(tmp_path, *DRY), "genome.fa.gz", "line 1", "expected")

    (tmp_path / "genome.fa.gz").write_bytes(whole)  # plain gzip is no mistake
    answer = run(tmp_path, "--until", "prepare_genome")
    assert answer.returncode == 0, answer.stdout
    assert (tmp_path / "results/small/inputs/genome.fa.gz.gzi").exists()


@pytest.mark.slow
def test_damaged_bigwig(tmp_path):
    signals = {"signals": {"depth": {"plus": "depth.bw"}}, "peaks": {}, "tile": 100}
    study(tmp_path, signals, models={"main": {"objective": "regression"}})
    path = tmp_path / "depth.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([(chrom, SIZE) for chrom in CHROMOSOMES])
        for chrom in CHROMOSOMES:
            file.addEntries(chrom, 0, values=np.arange(1.0, SIZE), span=1, step=1)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(run(tmp_path, *REAL), "depth.bw", "cut short", "download it again")


@pytest.mark.slow
def test_a_mirror_with_another_file(tmp_path):
    file = {"url": "https://example.org/set/peaks.bed", "sha256": "0" * 64}
    study(tmp_path, {"peaks": {"bound": file}})
    mirror = tmp_path / "mirror/example.org/set"
    mirror.mkdir(parents=True)
    (tmp_path / "peaks.bed").rename(mirror / "peaks.bed")
    downloaded = tmp_path / "resources/studies/small/example.org/set/peaks.bed"
    answer = run(tmp_path, *DOWNLOAD, CHROMOLENS_MIRROR=str(tmp_path / "mirror"))
    refused(answer, "wrong file", "0" * 64, "https://example.org/set/peaks.bed", "fetch it again")
    assert not downloaded.exists()

    found = answer.stdout.split("its sha256 is ")[1][:64]
    study(tmp_path, {"peaks": {"bound": file | {"sha256": found}}})
    assert run(tmp_path, *DOWNLOAD, CHROMOLENS_MIRROR=str(tmp_path / "mirror")).returncode == 0
    assert downloaded.exists()


@pytest.mark.slow
def test_a_bad_meme_file_by_url_is_read_before_the_trainings(tmp_path):
    url = {"url": "https://example.org/set/motifs.meme"}
    study(tmp_path, motifs={"database": {"meme": url}})
    mirror = tmp_path / "mirror/example.org/set"
    mirror.mkdir(parents=True)
    (mirror / "motifs.meme").write_text(
        "MEME version 4\n\nMOTIF a\nletter-probability matrix:\nx\n"
    )
    answer = run(tmp_path, CHROMOLENS_MIRROR=str(tmp_path / "mirror"))
    refused(
        answer, "a matrix with 0 rows", "resources/studies/small/example.org/set/motifs.meme:4"
    )
    assert not (tmp_path / "resources/studies/small/example.org/set/motifs.meme").exists()


@pytest.fixture
def small_disk(tmp_path):
    """A folder with 64 kB of room, ``results`` of a study."""
    folder = tmp_path / "results"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_disk_too_small_is_told_before_the_start(tmp_path, small_disk):
    answer = run(study(tmp_path), *REAL)
    refused(answer, "tracks need about 0.2 MB", "results/small", "free some space")
    assert not (small_disk / "small/inputs").exists()


def test_a_disk_that_fills_up_ends_clearly(small_disk):
    (small_disk / "table.tsv").write_text("old")
    with pytest.raises(BadInput, match="disk is full(.|\n)*table.tsv(.|\n)*free some space"):
        with atomic(small_disk / "table.tsv") as path:
            path.write_bytes(bytes(1 << 20))
    assert [file.name for file in small_disk.iterdir()] == ["table.tsv"]
    assert (small_disk / "table.tsv").read_text() == "old"


def test_room_is_what_is_still_to_be_written(tmp_path, monkeypatch):
    tracked = pd.DataFrame({"model": ["a", "a"], "task": ["s", "t"]})
    # the second is called by its first and last regions, as packed scaffolds are
    bases = {"chr1-0-600": 600, "s1-0-100..s4-0-100": 400}
    shards = pd.DataFrame({"method": "ism", "shard": bases.keys(), "bases": bases.values()})
    rows = [("shard", f"{shard}.h5", shard) for shard in bases]
    rows += [("track", "s.bw", ""), ("track", "t.bw", ""), ("model", "a.keras", "")]
    index = pd.DataFrame(rows, columns=["kind", "path", "shard"]).assign(model="a", method="ism")

    def check(free):
        usage = type("Usage", (), {"free": free})
        monkeypatch.setattr(disk.shutil, "disk_usage", lambda folder: usage)
        disk.check_room(str(tmp_path), index, tracked, shards, {"chr1": 600, "rest": 400})

    need = 8.3 * 1000 * 2 + 4.6 * 1000 * 2
    check(need + 1)
    with pytest.raises(BadInput, match="are free(.|\n)*4 of 4 shards and tracks"):
        check(need - 1)
    (tmp_path / "chr1-0-600.h5").touch()
    (tmp_path / "s.bw").touch()
    need = 8.3 * 400 * 2 + 4.6 * 1000
    check(need + 1)
    with pytest.raises(BadInput, match="2 of 4"):
        check(need - 1)
    for name in ("s1-0-100..s4-0-100.h5", "t.bw"):
        (tmp_path / name).touch()
    check(0)  # making the report again needs no room for what is there


def test_only_folders_of_what_is_still_to_be_written_must_be_writable(tmp_path):
    index = pd.DataFrame({"path": ["tracks/a.bw", "checks/b.tsv"]})
    disk.check_places(str(tmp_path), index)
    (tmp_path / "tracks").touch()  # root may write everywhere, but not below a file
    with pytest.raises(BadInput, match="below .*tracks: it is not a folder"):
        disk.check_places(str(tmp_path), index)
    disk.check_places(str(tmp_path), index[1:])


def test_the_folder_of_the_run_must_have_room(small_disk):
    disk.check_place(small_disk / ".snakemake")
    with pytest.raises(BadInput, match="below .*: the disk is full(.|\n)*free some space"):
        disk.check_place(small_disk / ".snakemake", disk.NOTES)


def test_what_a_killed_writer_left_is_swept(tmp_path):
    code = "import os, sys; from chromolens.runlog import atomic\n"
    code += "with atomic(sys.argv[1]) as new: new.write_text('half'); os.kill(os.getpid(), 9)"
    command = [sys.executable, "-c", code, str(tmp_path / "a[1].txt")]
    assert subprocess.run(command, cwd=Path(__file__).parents[1]).returncode == -9
    assert len(list(tmp_path.iterdir())) == 1
    with atomic(tmp_path / "a[1].txt") as mine, atomic(tmp_path / "a[1].txt") as other:
        assert mine != other
        mine.write_text("whole")
        other.write_text("whole")  # a second living writer's file is left alone
    assert [path.name for path in tmp_path.iterdir()] == ["a[1].txt"]


def test_short_memory_says_what_to_lower(tmp_path):
    code = "import sys, numpy as np; from chromolens.runlog import log_to; log_to(sys.argv[1])\n"
    code += "np.zeros(2**60, np.uint8)"
    command = [sys.executable, "-c", code, str(tmp_path / "log")]
    subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True)
    said = (tmp_path / "log").read_text()
    assert "out of memory" in said and "batch_size" in said and "Traceback" not in said


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("returned non-zero exit status 134.", "SIGABRT"),
        ("died with <Signals.SIGKILL: 9>.", "SIGKILL"),
        ("returned non-zero exit status 1.", ""),
    ],
)
def test_jobs_ended_by_a_signal_are_explained(tmp_path, line, name):
    (tmp_path / "log").write_text(f"Command 'python x' {line}\n")
    said = ended_by_signal([tmp_path / "log"])
    assert bool(said) == bool(name) and name in said
    assert not said or "batch_size" in said


def test_a_study_name_fits_into_a_file_name():
    with pytest.raises(BadInput, match="(?s)study.*100|100.*study"):
        complete({"study": "s" * 101, "inputs": {"kind": "genome", "fasta": "a.fa"}}, [])


@pytest.mark.slow
def test_a_new_time_of_equal_content_is_nothing_new(tmp_path):
    study(tmp_path, training={"epochs": 1})
    assert run(tmp_path, *REAL).returncode == 0
    for name in ("genome.fa", "peaks.bed"):  # copied without its time
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes())
    assert "\nprepare_" not in run(tmp_path, *REAL, "-n").stdout
    whole = (tmp_path / "genome.fa").read_text()
    (tmp_path / "genome.fa").write_text(whole[:40].replace("A", "C") + whole[40:])
    os.utime(tmp_path / "genome.fa", (1e9, 1e9))  # another sequence, older than all results
    assert "\nprepare_genome " in run(tmp_path, *REAL, "-n").stdout
