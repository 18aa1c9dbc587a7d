"""``chromolens init``, ``check`` and ``run``, from a folder that is not the checkout."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from test_bad_input import peaks, study
from workflows import ROOT, chromolens, snakemake

from chromolens import __version__, tables
from chromolens import config as configuration
from chromolens.__main__ import main
from chromolens.commands import run
from chromolens.console.found import ENDED, found
from chromolens.planning import divide, sources
from chromolens.study import open_study
from chromolens.tables.checks import ACCEPTANCE
from chromolens.tables.motifs import LEXICON, MEMBERS
from chromolens.tables.study import INDEX


def letters(count: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out == f"chromolens {__version__}\n"


@pytest.mark.slow
def test_init_writes_a_config_that_check_passes(tmp_path):
    study(tmp_path)  # chr1, chr2, chr3 of 3,000 bp; 15 peaks of 60 bp
    (tmp_path / "study.yaml").unlink()
    renamed = (tmp_path / "peaks.bed").read_text().replace("chr", "")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/My peaks.bed").write_text(renamed)
    given = ["--fasta", "genome.fa", "--peaks", "data/My peaks.bed", "--output", "data/own.yaml"]
    answer = chromolens(tmp_path, "init", "own", *given)
    assert answer.returncode == 0 and "chromolens check data/own.yaml" in answer.stdout
    text = (tmp_path / "data/own.yaml").read_text()
    assert len(text.splitlines()) <= 18 and "15 events" in text and "9,000 bp in 3 chrom" in text
    config = yaml.safe_load(text)
    assert config["inputs"] == {
        "kind": "genome",
        "fasta": "../genome.fa",
        "peaks": {"My_peaks": "My peaks.bed"},
        "chromosome_names": {"1": "chr1", "2": "chr2", "3": "chr3"},
        "window": 201,
    }
    assert config["motifs"]["database"] == {"tax_group": "vertebrates"}
    checked = chromolens(tmp_path, "check", "data/own.yaml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    lines = checked.stdout.splitlines()
    assert lines[0] == "own: 1 task, 2 models, 3 folds, 9,000 bp"
    assert "events: My_peaks 15" in lines[1] and "6 trainings: 2 models x 3 folds" in lines[2]
    assert "up to 1,000 windows" in lines[3] and "free" in lines[4] and "jobs" in lines[5]
    said = "no mistake was found; the next command: chromolens run data/own.yaml"
    assert lines[6] == said and len(lines) == 7
    again = chromolens(tmp_path, "init", "own", *given)
    assert again.returncode == 1 and "left as it is" in again.stderr
    assert (tmp_path / "data/own.yaml").read_text() == text


@pytest.mark.parametrize(
    ("names", "group"),
    [
        (["chrI", "chrII", "chrIII", "chrIV", "chrV", "chrX"], "nematodes"),
        (["2L", "2R", "3L", "3R", "X"], "insects"),
        (["Chr1", "Chr2", "ChrC", "ChrM"], "plants"),
        (["chr1", "chr2", "chrX"], "vertebrates"),
    ],
)
def test_init_guesses_the_group_and_takes_the_one_that_is_asked(tmp_path, names, group):
    records = [f">{name}\n{letters(400, 0)}\n" for name in names]
    (tmp_path / "genome.fa").write_text("".join(records))
    (tmp_path / "wide.bed").write_text(f"{names[0]}\t50\t350\n")
    given = ["--fasta", str(tmp_path / "genome.fa"), "--peaks", str(tmp_path / "wide.bed")]
    for asked, expected in (([], group), (["--tax-group", "fungi"], "fungi")):
        output = str(tmp_path / f"{expected}.yaml")
        assert main(["init", "x", *given, *asked, "--output", output]) == 0
        config = yaml.safe_load(Path(output).read_text())
        assert config["motifs"]["database"]["tax_group"] == expected
        assert (
            config["inputs"]["window"] == 400
        )  # 501 for peaks of 300 bp; no chromosome is longer


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ({"NC_1": 9000}, {"by": "blocks"}),
        ({"NC_1": 9000, "p1": 900, "p2": 900, "p3": 900}, {"by": "blocks"}),
        ({"a": 900, "b": 900, "c": 900}, None),
    ],
)
def test_init_holds_blocks_out_of_genomes_of_few_chromosomes(tmp_path, lengths, expected):
    records = [f">{name}\n{letters(size, 0)}\n" for name, size in lengths.items()]
    (tmp_path / "genome.fa").write_text("".join(records))
    events = [f"{name}\t{n}\t{n + 9}\n" for name in lengths for n in range(300, 700, 50)]
    (tmp_path / "p.bed").write_text("".join(events))
    files = {name: str(tmp_path / name) for name in ("genome.fa", "p.bed", "x.yaml")}
    given = ["--fasta", files["genome.fa"], "--peaks", files["p.bed"], "--output", files["x.yaml"]]
    assert main(["init", "x", *given]) == 0
    config = yaml.safe_load((tmp_path / "x.yaml").read_text())
    assert config.get("folds") == expected
    completed = configuration.complete(config, [])
    settings = sources.inputs(completed, "", "")
    sizes = divide.sizes(completed, settings | {"fasta": files["genome.fa"]})
    peaks = {"p": files["p.bed"]}
    folds = divide.folds(completed, settings | {"peaks": peaks}, sizes)
    assert len(folds.roles) == (4 if expected else 3)


def test_init_for_records(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, lengths in (("a", (50, 60, 70)), ("b", (60, 60))):
        text = "".join(f">{i}\n{letters(n, i)}\n" for i, n in enumerate(lengths))
        Path(f"{name}.fa").write_text(text)
    assert main(["init", "two", "--sequences", "yes=a.fa", "no=b.fa"]) == 0
    config = yaml.safe_load(Path("two.yaml").read_text())
    sources = [{"fasta": "a.fa", "class": "yes"}, {"fasta": "b.fa", "class": "no"}]
    assert config["inputs"] == {"kind": "sequences", "sequences": sources, "length": 60}
    assert config["models"]["main"] == {"objective": "classes"}
    Path("t.tsv").write_text(f"id\tsequence\tbound\top-en\nr\t{letters(40, 1)}\t1\t0\n")
    assert main(["init", "table", "--sequences", "t.tsv"]) == 0
    config = yaml.safe_load(Path("table.yaml").read_text())
    source = {"table": "t.tsv", "tasks": ["bound", "op-en"]}
    assert config["inputs"] == {"kind": "sequences", "sequences": [source]}
    Path("m.tsv").write_text(f"id\tsequence\tlevel\nr\t{letters(40, 1)}\t0.25\n")
    assert main(["init", "measured", "--sequences", "m.tsv"]) == 0
    config = yaml.safe_load(Path("measured.yaml").read_text())
    assert config["models"]["main"] == {"objective": "continuous"} and "acceptance" not in config
    assert main(["init", "one", "--sequences", "a.fa"]) == 1
    assert "one class" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], ["a name", "--fasta or --sequences", "--peaks"]),
        (["x", "--fasta", "genom.fa", "--peaks", "peaks.bed"], ["genom.fa; did you mean"]),
        (["x", "--fasta", "genome.fa", "--peaks", "a=peaks.bed", "a=genome.fa"], ["called a"]),
        (["../x", "--fasta", "genome.fa", "--peaks", "peaks.bed"], ["'../x' can't be used"]),
        (["x", "--fasta", "genome.fa", "--peaks", "bad.bed"], ["no chromosome other"]),
    ],
)
def test_init_refuses(tmp_path, monkeypatch, capsys, given, words):
    study(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("bad.bed").write_text("other\t1\t50\n")
    assert main(["init", *given]) == 1
    said = capsys.readouterr().err
    assert all(word in said for word in words), said
    assert not Path("x.yaml").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("study: a\ninputs:\n\tkind: genome\n", ["study.yaml, line 3", "not YAML"]),
        ("study: a\nstudy: b\n", ["study.yaml, line 2", "twice"]),
        ("study: a\ninputs: {kind: genom}\n", ["genom", "study.yaml, inputs.kind"]),
    ],
)
def test_check_names_the_file_and_the_line_last(tmp_path, text, words):
    (tmp_path / "study.yaml").write_text(text)
    answer = chromolens(tmp_path, "check", "study.yaml")
    assert answer.returncode == 1 and answer.stdout == ""
    assert all(word in answer.stderr for word in words), answer.stderr
    assert 'File "' not in answer.stderr and ".smk" not in answer.stderr
    last = answer.stderr.rstrip().splitlines()[-1]
    assert last.startswith(("  where", "  what to do"))


@pytest.mark.slow
def test_check_reads_the_peaks(tmp_path):
    study(tmp_path)
    peaks(tmp_path, ("chr1", 200), ("chr2", 4000))
    answer = chromolens(tmp_path, "check", "study.yaml")
    assert answer.returncode == 1 and "peaks.bed, line 2" in answer.stderr
    assert chromolens(tmp_path, "check", "studi.yaml").stderr.startswith("there is no file studi")


@pytest.mark.slow
def test_check_looks_into_the_mirror(tmp_path, monkeypatch):
    study(tmp_path, {"peaks": {"bound": {"url": "https://example.org/data/peaks.bed"}}})
    copy = tmp_path / "mirror/example.org/data/peaks.bed"
    copy.parent.mkdir(parents=True)
    (tmp_path / "peaks.bed").rename(copy)
    monkeypatch.setenv("CHROMOLENS_MIRROR", str(tmp_path / "mirror"))
    answer = chromolens(tmp_path, "check", "study.yaml")
    assert answer.returncode == 0 and "events: bound 15; 1 file to fetch" in answer.stdout
    copy.unlink()
    answer = chromolens(tmp_path, "check", "study.yaml")
    assert answer.returncode == 1 and "is not in the mirror" in answer.stderr


@pytest.mark.slow
def test_a_dry_run_tells_its_jobs_once(tmp_path):
    study(tmp_path)
    answer = snakemake(tmp_path, "--configfile", "study.yaml", "--dry-run", "--quiet", "rules")
    assert answer.stdout.count("Job stats") == 1 and "events: bound 15" in answer.stdout


def finished(folder: Path, result: str) -> Path:
    """A finished study that has one criterion."""
    places = {"acceptance": "acceptance.tsv", "report": "report/index.html"}
    places |= {"lexicon": "lexicon.tsv", "members": "members.tsv"}
    rows = pd.DataFrame([{"kind": kind, "path": path} for kind, path in places.items()])
    tables.write(INDEX, rows.reindex(columns=INDEX.names, fill_value=""), folder / "index.tsv")
    row = ("auroc", 0.5, ">= 0.9", "floor", result, "bound 0.5")
    table = pd.DataFrame([row], columns=ACCEPTANCE.names)
    tables.write(ACCEPTANCE, table, folder / "acceptance.tsv")
    # X only in filters; a filter of a null model is like CTCF, which it doesn't show
    seen = [("M0", "CTCF", "modisco", False), ("M0", "CTCF", "filters", True)]
    seen += [("M1", "", "sis", False), ("M2", "X", "filters", False), ("M3", "", "modisco", True)]
    members = pd.DataFrame(seen, columns=["motif", "name", "reading", "null"])
    lexicon = members[["motif", "name"]]
    blanks = {"integer": 0, "float": 0, "boolean": False}
    for table, own, file in ((LEXICON, lexicon, "lexicon"), (MEMBERS, members, "members")):
        blank = pd.DataFrame({c.name: [blanks.get(c.type, "x")] * len(own) for c in table.columns})
        filled = blank.assign(**own).drop_duplicates()
        tables.write(table, filled, folder / f"{file}.tsv")
    return folder


def test_what_was_found_fits_on_four_lines(tmp_path):
    said = found(open_study(finished(tmp_path, "FAIL")))
    assert said == [
        "motifs   CTCF, 1 without a name; null models: 1 without a name",
        "verdict  0 of 1 passed",
        "  FAIL  auroc: 0.5, must be >= 0.9 (bound 0.5)",
        f"open {tmp_path / 'report/index.html'}",
    ]


@pytest.mark.parametrize(
    ("result", "status", "expected"), [("PASS", 0, 0), ("FAIL", 0, 1), ("PASS", 3, 3)]
)
def test_run_ends_as_snakemake_does_and_with_1_on_a_missed_floor(
    tmp_path, monkeypatch, capfd, result, status, expected
):
    study(tmp_path)
    seen = []

    def call(command: list[str], environment: dict[str, str]) -> int:
        seen[:] = command
        Path(environment[ENDED]).write_text(str(finished(tmp_path, result)))
        return status

    monkeypatch.setattr(run, "call", call)
    config = str(tmp_path / "study.yaml")
    given = ["run", config, "models", "--cores", "3", "--config", "seed=2", "--until", "train"]
    assert main(given) == expected
    assert seen[3:] == [
        "models", "--snakefile", str(ROOT / "Snakefile"), "--configfile", config, "--logger",
        "chromolens", "--workflow-profile", str(ROOT / "profiles/default"), "--cores", "3",
        "--config", "seed=2", "--until", "train",
    ]  # fmt: skip
    assert " ".join(seen) in capfd.readouterr().err
    main(["run", config, "--profile", "slurm", "-n"])
    assert "--cores" not in seen and str(ROOT / "profiles/slurm") in seen


def test_run_refuses_a_word_that_is_no_target(tmp_path, capsys):
    study(tmp_path)
    config = str(tmp_path / "study.yaml")
    assert main(["run", config, "trakcs", "-n"]) == 1
    assert "no target 'trakcs'; did you mean 'tracks'?" in capsys.readouterr().err
    options = argparse.Namespace(
        config=[config, "tracks", "results/x/a.bw"], cores=None, snakemake=[]
    )
    assert run.snakemake(options)[3:5] == ["tracks", "results/x/a.bw"]


def test_run_refuses_an_unknown_profile_and_a_package_without_the_workflow(
    tmp_path, monkeypatch, capsys
):
    study(tmp_path)
    config = str(tmp_path / "study.yaml")
    assert main(["run", config, "--profile", "slrum"]) == 1
    assert "did you mean 'slurm'" in capsys.readouterr().err
    monkeypatch.setattr(run, "ROOT", tmp_path)
    assert main(["run", config]) == 1
    assert "without its workflow" in capsys.readouterr().err
