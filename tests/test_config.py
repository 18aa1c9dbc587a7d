"""The config is closed, completed from the schemas, and its files are found from anywhere."""

import copy
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
import yaml

from chromolens import config as configuration
from chromolens.errors import BadInput
from chromolens.inputs import reference_kinds
from chromolens.models import target_names
from chromolens.planning import preflight
from tests.test_plan import genome, planned, records

ROOT = Path(__file__).parent.parent
SMALL = {"study": "s", "inputs": {"kind": "genome", "fasta": "g.fa", "peaks": {"a": "a.bed"}}}


def changed(**parts: object) -> dict:
    """``SMALL`` with keys of ``inputs`` (``inputs_x``) or of the top replaced."""
    config = copy.deepcopy(SMALL)
    for key, value in parts.items():
        inside = key.startswith("inputs_")
        (config["inputs"] if inside else config)[key.removeprefix("inputs_")] = value
    return config


def complete(config: dict) -> dict:
    return configuration.complete(config, [])


def test_defaults_are_filled_in_at_every_depth():
    done = complete(changed(models={"m": {}}, motifs={"naming": {"max_q": 0.05}}))
    assert done["models"]["m"]["architecture"] == "cnn"
    assert done["motifs"]["naming"] == {
        "max_q": 0.05, "min_overlap": 6, "min_information": 8, "min_support": 20,
    }  # fmt: skip
    assert done["inputs"]["window"] == 201
    assert done["attribution"]["methods"]["deeplift_rescale"]["windows"] == 500


def test_completing_twice_changes_nothing_and_leaves_the_argument_alone():
    given = changed()
    once = complete(given)
    assert given == SMALL
    assert complete(once) == once


def test_defaults_satisfy_the_schemas():
    done = complete(changed())
    jsonschema.validate(done, configuration.read_schema("study"))
    jsonschema.validate(done["inputs"], configuration.read_schema("inputs.genome"))


def test_empty_sections_mean_their_defaults():
    done = complete(changed(training=None, models={"m": None}, sis={"windows": None}))
    assert done["training"]["epochs"] == 30
    assert done["models"]["m"]["labels"] is True
    assert done["sis"]["windows"] == 150


@pytest.mark.parametrize("said", [2, -1.5, {"percentile": 90, "of": "all"}, {"relative": 0.5}])
def test_a_threshold_is_kept_as_it_is_said(said):
    assert complete(changed(sis={"threshold": said}))["sis"]["threshold"] == said
    default = complete(changed())["sis"]["threshold"]
    assert default == {"percentile": 50, "of": "positives"}


def test_a_key_without_value_gives_way_to_another():
    said = {"threshold": {"percentile": None, "relative": 0.5}}
    assert complete(changed(sis=said))["sis"]["threshold"] == {"relative": 0.5}


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"trainin": {}}, "no key 'trainin'; did you mean 'training'(.|\n)*top level"),
        ({"training": {"epoch": 3}}, "did you mean 'epochs'(.|\n)*, training$"),
        (
            {"sis": {"threshold": {"percentil": 3}}},
            "did you mean 'percentile'(.|\n)*, sis.threshold",
        ),
        ({"sis": {"threshold": {"percentile": 101}}}, "101 is greater(.|\n)*threshold.percentile"),
        ({"sis": {"mask": "men"}}, "'men' does not match(.|\n)*, sis.mask"),
        ({"models": {"m": {"setings": {}}}}, "did you mean 'settings'(.|\n)*models.m$"),
        ({"inputs_chromosomes": {"c": {"size": 3}}}, "no key 'size'"),
        ({"training": {"epochs": 0}}, "0 is less than the minimum(.|\n)*training.epochs"),
        ({"training": {"learning_rate": "1e-3"}}, "with a dot, 1.0e-3"),
        ({"folds": {"test": [[1], ["2"]]}}, '1 is not of type(.|\n)*quotes(.|\n)*"1"'),
        ({"attribution": {"strands": "bot"}}, "'bot' is not one of(.|\n)*did you mean 'both'"),
        ({"attribution": {"methods": {}}}, "(should be|is) .*(empty|short|enough)"),
        ({"inputs_fasta": {"url": "https://h/x", "sha265": "0"}}, "did you mean 'sha256'"),
        ({"inputs_fasta": {"url": "https://h/x", "sha256": "0"}}, "64 hexadecimal digits"),
        ({"inputs_peaks": {"a": {"path": "x"}}}, r"a path, or \{url(.|\n)*inputs.peaks.a"),
        ({"study": "../up"}, "'../up' can't be used in file names"),
        ({"study": "a..b"}, "can't be used in file names"),
        ({"models": {"a/b": {}}}, "model's name 'a/b' can't"),
        ({"inputs": {"kind": "genomes"}}, "one of genome, .*sequences"),
        ({"inputs": None}, "snakemake --configfile"),
    ],
)
def test_mistakes_are_refused_with_place_and_remedy(parts, words):
    with pytest.raises(BadInput, match=words):
        complete(changed(**parts))


def test_names_that_yaml_reads_as_numbers_are_names():
    done = complete(changed(inputs_chromosome_names={1: "chr1", "2": "chr2", "M": None}))
    assert done["inputs"]["chromosome_names"] == {"1": "chr1", "2": "chr2", "M": None}


def test_paths_count_from_the_file_that_states_them(tmp_path, monkeypatch):
    for name in ("base/deep", "own", "run"):
        (tmp_path / name).mkdir(parents=True)
    base, own = tmp_path / "base/deep/base.yaml", tmp_path / "own/own.yaml"
    base.write_text(yaml.safe_dump(SMALL))
    own.write_text(yaml.safe_dump({"inputs": {"peaks": {"b": ["b1.bed", "/far/b2.bed"]}}}))
    monkeypatch.chdir(tmp_path / "run")
    merged = changed(inputs_peaks={"a": "a.bed", "b": ["b1.bed", "/far/b2.bed"]})
    merged["inputs"]["genes"] = "said/on/command/line.gff3"
    done = configuration.complete(merged, [str(base), str(own)])["inputs"]
    assert done["fasta"] == "../base/deep/g.fa"
    assert done["peaks"] == {"a": "../base/deep/a.bed", "b": ["../own/b1.bed", "/far/b2.bed"]}
    assert done["genes"] == "said/on/command/line.gff3"


def test_a_file_by_url_stays_as_it_is():
    file = {"url": "https://h/x.fa", "sha256": "a" * 64}
    assert complete(changed(inputs_fasta=file))["inputs"]["fasta"] == file


def test_messages_name_the_config_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(SMALL))
    with pytest.raises(BadInput, match="mine.yaml, training"):
        configuration.complete(changed(training={"x": 1}), [str(path)])


def test_the_schema_lists_what_the_library_has():
    attribution = configuration.read_schema("study")["properties"]["attribution"]["properties"]
    assert attribution["references"]["enum"] == list(reference_kinds.KINDS)
    for kind in reference_kinds.KINDS:
        assert f"`{kind}`" in (ROOT / "docs/methods.md").read_text()
    described = attribution["target"]["description"]
    assert all(f"`{name}`" in described for name in target_names.TARGETS)


def test_references_of_another_class_need_one():
    config = complete(
        changed(
            attribution={"references": "other_class", "methods": {"ism": {"genome_wide": True}}}
        )
    )
    models = pd.DataFrame({"model": ["m"], "objective": ["binary"]})
    with pytest.raises(BadInput, match="ism explains whole regions"):
        preflight._check_classes(config, {"kind": "genome"}, models)
    preflight._check_classes(config, {"kind": "sequences"}, models)
    with pytest.raises(BadInput, match="'m' predicts no classes"):
        preflight._check_classes(config, {"kind": "sequences"}, models.assign(objective="profile"))


@pytest.mark.parametrize(
    ("background", "kind", "message"),
    [
        ([0.3, 0.2, 0.2], "genome", "the background is"),
        ([0.3, 0.2, 0.2, 0.2], "sequences", "the background is"),
        ([0.25, 0.25, 0.25, 0.25], "genotypes", "genotypes have no frequencies of bases"),
    ],
)
def test_backgrounds_that_are_none(background, kind, message):
    models = pd.DataFrame({"model": ["m"], "background": [background]})
    with pytest.raises(BadInput, match=message):
        preflight._check_backgrounds({"kind": kind}, models)
    preflight._check_backgrounds({"kind": kind}, models.assign(background=[[]]))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "config").rglob("*.yaml")), ids=lambda path: path.stem
)
def test_shipped_studies_are_sound(path):
    done = configuration.complete(yaml.safe_load(path.read_text()), [str(path)])
    assert done["study"] in ("demo", path.stem)


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ({"negatives": 3}, "regression has none"),
        ({"words": 3}, "needs positives of DNA"),
    ],
)
def test_trainings_that_labels_do_not_allow(training, message):
    main = {"architecture": "cnn", "objective": "regression"}
    config = genome(models={"main": main}, training=training)
    config["inputs"]["signals"] = {"t": {"plus": "t.bw"}}
    config["inputs"]["peaks"] = {}
    with pytest.raises(BadInput, match=message):
        planned(config)


KNOWN = {"meme": "m.meme", "motifs": ["TAL1"], "among": "t"}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"checks": {"known_motifs": KNOWN | {"among": "u"}}}, "no task named 'u'"),
        ({"acceptance": [{"names": ["TAL1"]}]}, "missed is measured on known motifs"),
        (
            {"checks": {"known_motifs": KNOWN}, "acceptance": [{"names": ["TAL2"]}]},
            "no known motif named 'TAL2'.*did you mean 'TAL1'",
        ),
    ],
)
def test_known_motifs_that_nobody_can_look_for(config, message):
    for criterion in config.get("acceptance", []):
        criterion |= {"value": "missed", "max": 0}
    with pytest.raises(BadInput, match=message):
        planned(records(**config))
    with pytest.raises(BadInput, match="known motifs are searched for in records, not in genome"):
        planned(genome(checks={"known_motifs": KNOWN}))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("peak.bed", "peak.bed; did you mean 'peaks.bed'?"),
        ("empty/peaks.bed", "empty/peaks.bed\n"),
        ("absent/peaks.bed", "absent/peaks.bed; there is no folder absent either"),
    ],
)
def test_a_path_that_leads_nowhere(tmp_path, monkeypatch, path, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "peaks.bed").touch()
    (tmp_path / "g.fa").touch()
    inputs = {"kind": "genome", "fasta": "g.fa", "peaks": {"t": path}}
    with pytest.raises(BadInput) as error:
        configuration.check_files(configuration.complete({"study": "s", "inputs": inputs}, []))
    assert str(error.value).startswith(f"there is no file {said}")
    assert str(error.value).endswith("where: the config, inputs.peaks.t")


def test_a_simulated_genome_is_none_of_ucscs() -> None:
    made = yaml.safe_load((ROOT / "config/config.yaml").read_text())["inputs"]["simulate"]
    with pytest.raises(BadInput, match="not UCSC's sacCer3") as refused:
        planned(genome(inputs_ucsc="sacCer3", inputs_peaks={}, inputs_simulate=made))
    assert "inputs.ucsc" in str(refused.value)
