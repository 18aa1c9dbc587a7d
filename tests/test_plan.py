"""The plan: tables of jobs from a config, the same every time, and what it refuses."""

import re

import numpy as np
import pytest

from chromolens import config as configuration
from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.planning import divide, plan, preflight, sources, subsets

SIZES = {"a": 900, "b": 500, "c": 400, "d": 300}


def genome(**parts: object) -> dict:
    """The config of a genome study with two tasks; ``inputs_x`` replaces a key of inputs."""
    config = {"study": "s", "folds": {"balance": "length", "k": 3}}
    config["inputs"] = {"kind": "genome", "fasta": "g.fa", "window": 100}
    config["inputs"]["peaks"] = {"x": "x.bed", "y": ["y1.bed", "y2.bed"]}
    config["inputs"]["chromosomes"] = {name: {"length": size} for name, size in SIZES.items()}
    for key, value in parts.items():
        inside = key.startswith("inputs_")
        (config["inputs"] if inside else config)[key.removeprefix("inputs_")] = value
    return configuration.complete(config, [])


def records(**parts: object) -> dict:
    source = {"fasta": {"url": "https://h/a.fa"}, "labels": "a.txt", "tasks": ["t", "-"]}
    config = {"study": "s", "inputs": {"kind": "sequences", "sequences": [source]}, **parts}
    return configuration.complete(config, [])


def planned(config: dict) -> tuple:
    """Settings, folds, models, methods of a config, checked as the workflow does."""
    settings = sources.inputs(config, "down", "simulated")
    sizes = divide.sizes(config, settings)
    folds = divide.folds(config, settings, sizes)
    models = plan.models(config, plan.tasks(settings))
    preflight.check(config, settings, sources.database(config, ""), models, "results")
    return settings, folds, models, plan.methods(config)


def test_files_are_local_whatever_the_config_says():
    peaks = {"x": {"url": "https://h/p/x.bed", "sha256": "a" * 64}, "y": ["y1.bed", "y2.bed"]}
    config = genome(inputs_peaks=peaks, motifs={"database": {"meme": {"url": "http://m/db.meme"}}})
    settings = sources.inputs(config, "down", "simulated")
    assert settings["peaks"] == {"x": "down/h/p/x.bed", "y": ["y1.bed", "y2.bed"]}
    assert sources.observations(settings) == ["down/h/p/x.bed", "y1.bed", "y2.bed"]
    assert sources.database(config, "down") == {"meme": "down/m/db.meme"}
    rows = sources.downloads(config).to_dict("records")
    assert rows == [
        {"path": "m/db.meme", "url": "http://m/db.meme", "sha256": "", "md5": "", "is_meme": True},
        {
            "path": "h/p/x.bed",
            "url": "https://h/p/x.bed",
            "sha256": "a" * 64,
            "md5": "",
            "is_meme": False,
        },
    ]


def test_a_task_may_be_called_like_an_option_of_records():
    settings = sources.inputs(genome(inputs_peaks={"label": "x.bed"}), "down", "simulated")
    assert sources.observations(settings) == ["x.bed"]


def test_records_name_their_files_and_tasks():
    settings, folds, models, _ = planned(records())
    assert sources.observations(settings) == ["a.txt", "down/h/a.fa"]
    assert plan.tasks(settings) == ["t"]
    assert set(folds.fold_of) == {f"part{i}" for i in range(4)}
    assert list(models["tasks"]) == [["t"]]
    assert divide.sizes(records(), settings) == {}


def planted(**stated: object) -> dict:
    inputs = {"kind": "sequences", "simulated": {"planted": stated, "records": {"a": 9, "b": 5}}}
    return configuration.complete({"study": "s", "inputs": inputs}, [])


def test_planted_records_are_a_table_of_each_split():
    settings = sources.inputs(planted(meme="m.meme", tasks={"t": ["m"]}), "down", "simulated")
    assert settings["sequences"] == [
        {"table": f"simulated/records/{split}.tsv.gz", "tasks": ["t"], "split": split}
        for split in "ab"
    ]
    assert plan.tasks(settings) == ["t"]


@pytest.mark.parametrize("stated", [{"meme": "m.meme"}, {"tasks": {"t": ["m"]}}])
def test_planted_records_need_motifs_and_tasks(stated):
    with pytest.raises(BadInput, match=f"planted has {next(iter(stated))} only"):
        sources.inputs(planted(**stated), "down", "simulated")


def test_observed_files_of_a_task_leave_controls_out():
    signals = {"y": {"plus": "p.bw", "control": "c.bw"}}
    settings = sources.inputs(genome(inputs_signals=signals), "down", "simulated")
    assert sources.per_task(settings) == {"x": ["x.bed"], "y": ["p.bw"]}


def test_every_chromosome_is_test_in_one_fold_and_balance_is_by_length():
    _, folds, _, _ = planned(genome())
    assert sorted(folds.fold_of) == sorted(SIZES)
    totals = [sum(SIZES[n] for n in folds.groups(fold, "test")) for fold in folds.roles]
    assert sorted(totals) == [500, 700, 900]
    for roles in folds.roles.values():
        assert sorted(name for part in roles.values() for name in part) == sorted(SIZES)
    assert folds.groups("fold0", "validation") == folds.groups("fold1", "test")


@pytest.mark.parametrize("size", [100, 250, 450, 1000, 5000])
def test_shards_cover_every_base_once_and_never_mix_folds(size):
    config = genome()
    config["attribution"]["shard_size"] = size
    _, folds, _, methods = planned(config)
    covered = {name: np.zeros(length, int) for name, length in SIZES.items()}
    for row in divide.shards(config, methods, SIZES, folds, {}, {}).itertuples():
        for name in row.regions.split("+"):
            chrom, start, end = name.rsplit("-", 2)
            covered[chrom][int(start) : int(end)] += 1
            assert folds.fold_of[chrom] == row.fold
            assert re.fullmatch(r"[^/]+-\d+-\d+", row.shard)
    assert all((counts == 1).all() for counts in covered.values())


def test_thousands_of_contigs_are_packed_by_their_bases_into_files_of_short_names():
    sizes = {f"a_rather_long_name_of_a_contig_{i}": 300 for i in range(5000)}
    names = list(sizes)
    folds = Folds({f"fold{i}": {"test": names[i::4]} for i in range(4)})
    config = genome()  # shards of the default size
    shards = divide.shards(config, plan.methods(config), sizes, folds, {}, {})
    assert len(shards) <= 10 and shards["shard"].is_unique
    assert shards["shard"].str.len().max() <= 200
    assert shards["shard"].str.fullmatch(r"[^/]+-\d+-\d+").all()
    regions = "+".join(shards["regions"]).split("+")
    assert sorted(regions) == sorted(f"{name}-0-300" for name in sizes)


SPLITS = "id\tsequence\tlabel\tsplit\n" + "".join(
    f"r{i}\tACGT\t1\t{split}\n" for i, split in enumerate(("train", "train", "val", "test"))
)


def test_the_split_of_a_paper_is_the_one_fold(tmp_path):
    (tmp_path / "t.tsv").write_text(SPLITS)
    settings = {"sequences": [{"table": str(tmp_path / "t.tsv")}], "parts": 4}
    config = records()
    found = divide.folds(config, settings, {})
    assert found.roles == {
        "fold0": {"test": ["test"], "training": ["train"], "validation": ["val"]}
    }
    # the same by name, and a part that is only trained on
    settings["sequences"].append({"table": "to/be/downloaded.tsv", "split": "more"})
    named = {"test": [["test"]], "validation": [["val"]], "training": ["train", "more"]}
    found = divide.folds({"folds": config["folds"] | named}, settings, {})
    assert found.groups("fold0", "training") == ["train", "more"]
    assert found.fold_of == {"test": "fold0"}
    with pytest.raises(BadInput, match="the folds name .tset."):
        divide.folds({"folds": config["folds"] | named | {"test": [["tset"]]}}, settings, {})


def test_shards_of_records_divide_each_fold():
    config = records(attribution={"parts": 2})
    _, folds, _, methods = planned(config)
    shards = divide.shards(config, methods, {}, folds, {}, {})
    assert list(shards["shard"]) == [f"fold{f}-{i}-2" for f in range(4) for i in (0, 1)]


def test_tables_of_models_and_tracks():
    models = {"m": {}, "null": {"labels": "permuted", "tasks": ["x"]}}
    methods = {"ism": {}, "deeplift_rescale": {"genome_wide": True}}
    config = genome(models=models, attribution={"methods": methods})
    _, folds, table, chosen = planned(config)
    assert plan.nulls(table) == ["null"]
    assert dict(zip(table["model"], table["explained"], strict=True)) == {"m": True, "null": False}
    tracked = plan.tracks(table, chosen)
    assert tracked.to_records(index=False).tolist() == [
        ("m", "deeplift_rescale", "x"),
        ("m", "deeplift_rescale", "y"),
    ]
    assert plan.first_genome_wide(chosen) == ["deeplift_rescale"]
    windowed = plan.windows_to_explain(table, chosen, "ism")[["model", "method"]]
    assert windowed.to_records(index=False).tolist() == [
        ("m", "ism"), ("m", "deeplift_rescale"), ("null", "ism"),
    ]  # fmt: skip
    trainings = plan.trainings(table, folds, 2)
    assert len(trainings) == 2 * 3 * 2 and not trainings.duplicated().any()


def test_a_null_is_explained_when_asked_for():
    models = {"m": {}, "null": {"labels": "permuted"}}
    config = genome(models=models, attribution={"models": ["null"]})
    _, _, table, _ = planned(config)
    assert list(table["explained"]) == [False, True]


def test_settings_of_attribution_hold_what_changes_numbers_only():
    config = genome()
    settings = sources.inputs(config, "", "")
    shared = plan.attribution_settings(config, settings)
    assert shared["window"] == 100 and shared["stride"] == 25
    config["attribution"] |= {"batch_size": 1, "shard_size": 77_777, "parts": 3}
    assert plan.attribution_settings(config, settings) == shared
    config["attribution"]["references"] = "zeros"
    assert plan.attribution_settings(config, settings) != shared


def test_one_of_matches_just_the_names():
    pattern = plan.one_of(["a.b", "a+b", "ab"])
    assert [bool(re.fullmatch(pattern, name)) for name in ("a.b", "a+b", "axb", "aab")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert not re.fullmatch(plan.one_of([]), "")


PROFILE = {
    "inputs_signals": {"x": {"plus": "x.bw"}}, "inputs_peaks": {}, "sis": {"enabled": False},
    "models": {"m": {"architecture": "dilated", "objective": "profile"}},
}  # fmt: skip
TWO = {"m": {"tasks": ["b.x"]}, "m.b": {"tasks": ["x"]}}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"inputs_peaks": {}}, "nothing to predict(.|\n)*inputs.peaks"),
        ({"inputs_peaks": {"gc": "x.bed"}}, "can't be named 'gc'"),
        ({"inputs_peaks": {"a b": "x.bed"}}, "'a b' can't be used in file names"),
        ({"models": {"m": {"tasks": ["z"]}}}, "no task named 'z'(.|\n)*models.m.tasks"),
        ({"models": {"m": {"settings": {"filter": 3}}}}, "did you mean 'filters'"),
        ({"models": {"m": {"settings": {"objective": "binary"}}}}, "no setting of cnn"),
        ({"models": {"m": {"objective": "profile"}}}, "no signal(.|\n)*inputs.signals.x"),
        ({"attribution": {"methods": {"ism": {"settings": {"n": 1}}}}}, "it takes none"),
        ({"attribution": {"models": ["n"]}}, "no model named 'n'"),
        ({"motifs": {"method": "ism"}}, "no method named 'ism'(.|\n)*motifs.method"),
        ({"attribution": {"methods": {"lime": {}, "ism": {}}}},
         "lime as it is set gives no hypothetical(.|\n)*motifs.method: ism(.|\n)*n.methods$"),
        ({"attribution": {"methods": {"ism": {}, "cam": {}}}, "motifs": {"method": "cam"}},
         "cam as it is set gives no(.|\n)*motifs.method: ism(.|\n)*config, motifs.method$"),
        ({"attribution": {"methods": {"saliency": {"settings": {"absolute": True}}}}},
         "saliency as it is set gives no(.|\n)*add one that has them"),
        ({"motifs": {"modisco": {"flank": 3}}}, "no setting of TF-MoDISco named 'flank'"),
        ({"inputs_window": 901}, "901 bp doesn't fit on a, which has 900"),
        ({"tracks": {"stride": 101}}, "leave bases unexplained"),
        ({"acceptance": [{"value": "metrik"}]}, "metrik"),
        ({"acceptance": [{"value": "flagged", "model": "mian", "max": 0}]}, "mian(.|\n)*entry 1"),
        ({"acceptance": [{"value": "flagged", "method": "isn", "max": 0}]}, "isn(.|\n)*entry 1"),
        ({"acceptance": [{"value": "planted_recall", "min": 0.7}]}, "a simulated genome only"),
        ({"acceptance": [{"value": "clusters", "max": 2}]}, "one reading(.|\n)*sis_paper"),
        ({"acceptance": [{"value": "clusters", "readings": ["sis_paper"], "max": 2}],
          "sis": {"keep": "below"}}, "measured on subsets of DNA"),
        ({"inputs_signals": {"y": {"plus": "y.bw"}}}, "'?y'? is a signal(.|\n)*are counts"),
        ({"models": {"m": {"objective": "classes", "tasks": ["x"]}}}, "x is the only class"),
        ({"inputs_simulate": {"event": 3}}, "did you mean 'events'"),
        ({"inputs_simulate": {"events": 3}}, "lacks chromosomes, alternatives, motifs"),
        ({"attribution": {"target": "class_minus_mean"}, "models": {"m": {"tasks": ["x"]}}},
         "two tasks or more"),
        ({"attribution": {"target": "logits"}}, "did you mean 'logit'(.|\n)*attribution.target"),
        ({"attribution": {"target": "conv/3:9-3"}}, "LAYER/UNIT:max(.|\n)*attribution.target"),
        ({"attribution": {"target": "conv/3:max"}, "inputs_peaks": {"x": "x.bed", "y": "y.bed"},
          "models": {"m": {"tasks": ["x", "y"]}}},
         "all 2 tasks would get its numbers(.|\n)*models.m, attribution.target"),
        ({"views": {"units": ["conv/3:max"]}}, "without a position(.|\n)*config, views.units"),
        ({"views": {"units": ["conv"]}}, "'conv' is no hidden unit(.|\n)*config, views.units"),
        ({"attribution": {"target": "profile_sum:9-3"}}, "START < END(.|\n)*attribution.target"),
        ({"attribution": {"target": "profile_sum:3-9"}}, "without a profile has no target"),
        ({**PROFILE, "attribution": {"target": "output"}}, "a profile has no target 'output'"),
        ({**PROFILE, "attribution": {"target": "profile_sum:3-101"}}, "at most 100"),
        ({"attribution": {"target": "output"}}, "predictions are logits(.|\n)*relative: 0.5"),
        ({"sis": {"threshold": {"percentile": 9, "relative": 0.5}}},
         "can't be the threshold(.|\n)*config, sis.threshold"),
        ({"sis": {"threshold": {"of": "all"}}}, "can't be the threshold"),
        ({"attribution": {"n_references": 2}}, "all the same"),
        ({"inputs_chromosomes": {}, "inputs_fasta": {"url": "https://h/g.fa"}},
         "needs the lengths(.|\n)*inputs.chromosomes"),
        ({"inputs_peaks": {"x": "a.bed", "b.x": "b.bed"}, "models": TWO}, "two tracks"),
        ({"folds": {"balance": "labels"}}, "absent: x.bed, y1.bed, y2.bed"),
        ({"folds": {"test": [["a"], ["b"]]}}, "three folds or more"),
    ],
)  # fmt: skip
def test_what_would_fail_late_is_refused_early(parts, words):
    with pytest.raises(BadInput, match=words):
        _, _, models, methods = planned(config := genome(**parts))
        plan.motif_method(config, methods)
        plan.tracks(models, methods)


@pytest.mark.parametrize("target", ["profile_sum", "profile_sum:20-100"])
def test_sums_of_profiles_are_planned(target):
    planned(genome(**PROFILE, attribution={"target": target}))


def genotypes(**parts: object) -> dict:
    inputs = {"kind": "genotypes", "genotypes": "g.vcf", "traits": "t.tsv", "tasks": ["x", "y"]}
    inputs |= parts.pop("inputs", {})
    models = {"m": {"architecture": "cnn_lstm_last", "objective": "continuous"}}
    methods = {"gradient_x_input": {"genome_wide": True}, "saliency": {"genome_wide": True}}
    config = {"study": "s", "inputs": inputs, "models": models}
    return configuration.complete(config | {"attribution": {"methods": methods}} | parts, [])


def test_genotypes_are_planned_with_what_suits_them():
    config = genotypes()
    settings, folds, models, methods = planned(config)
    assert plan.stages(settings) == ("markers",) and plan.tasks(settings) == ["x", "y"]
    assert config["attribution"]["references"] == "mean"
    assert config["training"]["reverse_complement"] is False
    assert sorted(folds.fold_of) == [f"part{i}" for i in range(5)]
    assert sources.genotypes(settings) == ["g.vcf"]
    assert sources.observations(settings) == ["t.tsv"]
    prepared = sources.prepare_settings(settings, sources.prepared(settings, "r"), 3)
    assert prepared["store"] == "r/genotypes.h5" and "genotypes" not in prepared
    assert sources.store_settings(settings)["min_frequency"] == 0.01
    assert not len(plan.of_stage("motifs", plan.stages(settings), plan.model_tasks(models)))
    assert len(plan.tracks(models, methods)) == 4


def test_draws_of_a_null_are_jobs_of_their_own():
    nulls = {"untrained": 2, "permuted": 1, "rotated": 1}
    model = {"architecture": "cnn_lstm_last", "objective": "continuous", "nulls": nulls}
    _, _, models, methods = planned(genotypes(models={"m": model}))
    assert models["model"].tolist() == ["m"]
    drawn = plan.null_draws(models, methods)
    assert drawn["null"].tolist() == ["untrained", "permuted_1", "rotated_1"]
    assert set(drawn["model"]) == {"m"} and set(drawn["method"]) == {"gradient_x_input"}


def test_sets_of_markers_are_sought_where_they_are_asked_for():
    model = {"architecture": "cnn_lstm_last", "objective": "continuous", "nulls": {"permuted": 1}}
    for sis, sought in ({}, []), ({"enabled": True}, [("m", "x"), ("m", "y")]):
        config = genotypes(models={"m": model}, sis=sis)
        models = planned(config)[2]
        found = subsets.sets_sought(config, "markers", ("markers",), plan.model_tasks(models))
        assert list(found.itertuples(index=False, name=None)) == sought
    assert config["sis"]["threshold"] == {"relative": 0.5} and config["sis"]["mask"] == "mean"
    stated = genotypes(sis={"threshold": {"percentile": 9}})["sis"]
    assert stated["threshold"] == {"percentile": 9} and stated["windows"] == 20


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"attribution": {"methods": {"ism": {"genome_wide": True}}}}, "ism can't explain geno"),
        ({"attribution": {"methods": {"saliency": {}}}}, "saliency explains some windows only"),
        ({"attribution": {"references": "shuffle"}}, "'shuffle' are for DNA"),
        ({"sis": {"enabled": True, "mask": [0, 0, 0, 0]}}, "and a marker has one"),
        ({"sis": {"enabled": True, "threshold": 1.5}}, "1.5 as threshold of a trait"),
        ({"inputs": {"known": [{"trait": "z", "chrom": "1", "position": 9}]}}, "trait named 'z'"),
    ],
)
def test_what_genotypes_cannot_have_is_refused_while_planning(parts, words):
    with pytest.raises(BadInput, match=f"(?s){words}"):
        planned(genotypes(**parts))


def test_nulls_are_for_markers():
    with pytest.raises(BadInput, match="inputs of kind genotypes only"):
        planned(genome(models={"m": {"architecture": "cnn", "nulls": {"permuted": 10}}}))


def test_learning_curves_are_of_trained_classifiers_of_dna():
    models = {"a": {}, "b": {"labels": "permuted"}, "c": {"objective": "regression"}}
    wanted = {"models": models, "checks": {"learning_curve": [0.5]}}
    for config in (genome(**wanted), genome(models=models)):
        settings = sources.inputs(config, "down", "simulated")
        planned_models = plan.models(config, ["x", "y"])
        expected = ["a"] if config["checks"]["learning_curve"] else []
        assert plan.models_to_thin(config, settings, planned_models) == expected
