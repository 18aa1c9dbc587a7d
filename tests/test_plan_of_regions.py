"""Methods that explain regions: how they are planned, and what is refused before any job."""

import numpy as np
import pytest

from chromolens import config as configuration
from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.inputs.folds import Folds
from chromolens.planning import divide, plan, preflight, regions, sources
from chromolens.planning.content import OwnFiles

SIZES = {"a": 90_000, "b": 50_000, "c": 40_000, "d": 30_000}
WINDOW = 100


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = [f"{chrom}\t{at}\t{at + 1}\n" for chrom in "abc" for at in range(500, 30_000, 100)]
    (tmp_path / "x.bed").write_text("".join(lines))
    return tmp_path


def study(stated, methods=None, **parts):
    """The config of a study whose method explains the regions that are ``stated``."""
    inputs = {"kind": "genome", "fasta": "g.fa", "window": WINDOW, "peaks": {"x": "x.bed"}}
    inputs["chromosomes"] = {name: {"length": size} for name, size in SIZES.items()}
    methods = methods or {"deeplift_rescale": {"regions": stated}}
    config = {"study": "s", "folds": {"balance": "length", "k": 4}, "inputs": inputs}
    for key, value in parts.items():
        config[key] = {**config.get(key, {}), **value}
    config["attribution"] = {"methods": methods, "shard_size": 10_000}
    return configuration.complete(config, [])


def planned(config):
    """Shards of a study, and the windows that they were cut by."""
    settings = sources.inputs(config, "down", "simulated")
    sizes = divide.sizes(config, settings)
    folds = divide.folds(config, settings, sizes)
    models = plan.models(config, plan.tasks(settings))
    preflight.check(config, settings, sources.database(config, ""), models, "results")
    methods, shared = plan.methods(config), plan.attribution_settings(config, settings)
    placings = regions.placings(settings, shared, methods, "down")
    own = OwnFiles(["down", "simulated"], str, "digests.json")
    windows = regions.windows(placings, sizes, folds, own, "kept", "code")
    return divide.shards(config, methods, sizes, folds, windows, shared), windows


def test_a_study_of_records_has_no_regions():
    records = Folds({"fold0": {"test": ["part0"], "training": ["part1"]}})
    assert regions.windows({}, {}, records, OwnFiles([], str, "d.json"), "kept", "code") == {}


def pieces(shards):
    """(chrom, start, end) of every region of the shards."""
    names = "+".join(shards["regions"]).split("+")
    return [(c, int(a), int(b)) for c, a, b in (name.rsplit("-", 2) for name in names)]


def test_shards_have_about_equally_many_windows():
    shards, windows = planned(study("peaks", tracks={"stride": 100}))
    starts = windows["deeplift_rescale"]
    assert {chrom: len(one) for chrom, one in starts.items()} == dict.fromkeys("abc", 295)
    found = pieces(shards)
    counts = [((starts[c] >= a) & (starts[c] < b)).sum() for c, a, b in found]
    assert len(found) == 9 and max(counts) - min(counts) <= 1  # of 10,000 / 100 windows
    assert shards["bases"].tolist() == [WINDOW * count for count in counts]


def test_shards_cover_the_chromosomes_that_have_windows():
    shards, _ = planned(study("peaks"))
    covered = {chrom: np.zeros(size, int) for chrom, size in SIZES.items()}
    for chrom, start, end in pieces(shards):
        covered[chrom][start:end] += 1
    assert {chrom: set(counts) for chrom, counts in covered.items()} == {
        "a": {1}, "b": {1}, "c": {1}, "d": {0},
    }  # fmt: skip
    assert shards["shard"].str.len().max() < 30


def test_files_that_jobs_make_are_cut_by_bases_the_same_before_and_after(folder):
    config = study({"url": "https://h/r.bed"})
    before, windows = planned(config)
    assert windows == {"deeplift_rescale": None}
    assert len(before) == 9 + 5 + 4 + 3 and set(before["bases"]) == {0}
    assert [row.path for row in sources.downloads(config).itertuples()] == ["h/r.bed"]
    (folder / "down/h").mkdir(parents=True)
    (folder / "down/h/r.bed").write_text("a\t500\t600\n")
    assert planned(config)[0].equals(before)


def test_each_method_has_regions_of_its_own(folder):
    (folder / "mine.bed").write_text("b\t1000\t1400\n")
    methods = {"ism": {"regions": "mine.bed"}, "deeplift_rescale": {"regions": "genome"},
               "saliency": {}}  # fmt: skip
    config = study("", methods)
    shards, windows = planned(config)
    middle = 1200 - WINDOW // 2
    assert windows["ism"]["b"].tolist() == list(range(middle - 150, middle + 151, 25))
    assert pieces(shards[shards["method"] == "ism"]) == [("b", 0, SIZES["b"])]
    assert sum(b - a for _, a, b in pieces(shards[shards["method"] == "deeplift_rescale"])) == sum(
        SIZES.values()
    )
    table = plan.methods(config)
    assert table["tracked"].tolist() == [True, True, False]
    assert plan.first_genome_wide(table) == ["deeplift_rescale"]
    joined = plan.tracks_to_join(table, 1, SIZES)
    assert joined.set_index("track")["method"]["prediction"] == "deeplift_rescale"
    assert divide.planned(joined, shards)["ism"] == ["b-0-50000"]


def test_what_is_known_is_read_once_until_the_file_changes(folder, monkeypatch):
    config, read = study("x.bed"), []
    monkeypatch.setattr(
        regions, "place", lambda *a, place=regions.place, **k: read.append(1) or place(*a, **k)
    )
    first, again = planned(config)[1], planned(config)[1]
    assert len(read) == 1
    np.testing.assert_array_equal(first["deeplift_rescale"]["a"], again["deeplift_rescale"]["a"])
    (folder / "kept/deeplift_rescale.npz").write_bytes(b"damaged")
    planned(config)
    (folder / "x.bed").write_text("a\t500\t501\n")
    assert planned(config)[1]["deeplift_rescale"]["a"].tolist() == [500 - WINDOW // 2]
    assert len(read) == 3


def test_a_kept_width_sets_the_stride():
    config = study("peaks", tracks={"keep": 40})
    settings = sources.inputs(config, "", "")
    shared = plan.attribution_settings(config, settings)
    assert (shared["keep"], shared["stride"]) == (40, 10)


METHOD = "deeplift_rescale"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no peaks(.|\n)*r.bed"),
        ("chra\t5\t9\n", "no chromosome chra(.|\n)*r.bed, line 1"),
        ("a\t90000\t90001\n", "lies past the end of a(.|\n)*line 1"),
        ("a\t5\n", "2 column(.|\n)*line 1"),
        ("e\t5\t9\n", "no chromosome e"),
    ],
)
def test_bad_regions_are_refused_while_planning(folder, content, words):
    (folder / "r.bed").write_text(content)
    with pytest.raises(BadInput, match=words):
        planned(study("r.bed"))


def test_regions_on_no_explained_chromosome_are_refused(folder):
    (folder / "r.bed").write_text("d\t500\t600\n")
    folds = {"test": [["a"], ["b"], ["c"]]}
    with pytest.raises(
        BadInput, match="no region can be explained(.|\n)*1 where nothing is explained"
    ):
        planned(study("r.bed", folds=folds))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"methods": {METHOD: {"regions": "peaks", "genome_wide": True}}},
         "explain peaks and the whole genome(.|\n)*methods.deeplift_rescale.regions"),
        ({"tracks": {"keep": 101}}, "101 bp can't be kept(.|\n)*tracks.keep"),
        ({"tracks": {"keep": 20, "stride": 21}}, "leave bases unexplained(.|\n)*tracks.stride"),
        ({"inputs": {"peaks": {}, "signals": {"x": {"plus": "x.bw"}}, "tile": 50},
          "models": {"main": {"objective": "regression"}}},
         "no peaks to explain(.|\n)*methods.deeplift_rescale.regions"),
    ],
)  # fmt: skip
def test_contradictions_are_refused(parts, words):
    with pytest.raises(BadInput, match=words):
        planned(study("peaks", **parts))


def test_regions_of_records_are_refused():
    source = {"fasta": "a.fa", "labels": "a.txt", "tasks": ["t"]}
    config = {"study": "s", "inputs": {"kind": "sequences", "sequences": [source]}}
    config["attribution"] = {"methods": {METHOD: {"regions": "r.bed"}}}
    with pytest.raises(BadInput, match="kind sequences have no regions"):
        plan.methods(configuration.complete(config, []))


def test_tiles_are_measured_on_a_whole_genome_only():
    config = study("peaks")
    config["acceptance"] = [{"value": "tiles", "metric": "auprc", "min": 0.1}]
    with pytest.raises(BadInput, match="over a whole genome"):
        planned(config)


def test_blocks_are_cut_by_the_windows_that_touch_them():
    blocks = {"by": "blocks", "size": 10_000}
    shards, windows = planned(study("peaks", tracks={"stride": 100}, folds=blocks))
    found, starts = pieces(shards), windows["deeplift_rescale"]
    named = [Interval(*piece) for piece in found]
    config = study("peaks", folds=blocks)
    settings = sources.inputs(config, "down", "simulated")
    homes = divide.folds(config, settings, SIZES).homes(SIZES)
    for block in homes:
        own = [one for one in named if block.overlaps(one)]
        near = starts.get(block.chrom, np.zeros(0))
        touched = ((near > block.start - WINDOW) & (near < block.end)).any()
        assert sum(map(len, own)) == (len(block) if touched else 0)
        assert all(block.contains(one) for one in own)
    folds = dict(zip(shards["regions"], shards["fold"], strict=True))
    assert {folds[row] for row in folds} == set(homes.values())


def test_all_folds_are_asked_about_every_shard():
    config = study("peaks")
    shards, _ = planned(config)
    folds = [f"fold{i}" for i in range(4)]
    roles = {fold: {"test": [chrom]} for fold, chrom in zip(folds, SIZES, strict=True)}
    models = plan.models(config, ["x"])
    trainings = plan.trainings(models, Folds(roles), 2)
    own = divide.asked(shards, trainings, all_folds=False)
    every = divide.asked(shards, trainings, all_folds=True)
    assert len(own) == 2 * len(shards) and len(every) == 8 * len(shards)
    for shard, rows in every.groupby("shard"):
        assert set(rows["fold"]) == set(folds)
        (fold,) = shards.loc[shards["shard"] == shard, "fold"]
        assert set(own.loc[own["shard"] == shard, "fold"]) == {fold}


def test_the_mean_over_folds_is_a_track_of_its_own():
    methods = plan.methods(study("peaks"))
    joined = plan.tracks_to_join(methods, 1, SIZES, all_folds=True)
    found = joined.set_index("track")["array"].to_dict()
    names = ("fold_mean", "fold_sd", "fold_sign")
    assert {name: found[f"deeplift_rescale.{name}"] for name in names} == {n: n for n in names}
    assert not joined.set_index("track")["scaled"]["deeplift_rescale.fold_mean"]
    untracked = plan.methods(study("", {"ism": {}}))
    for asked, sizes in ((methods, {}), (untracked, SIZES)):
        with pytest.raises(BadInput, match="(?s)track along a genome.*attribution.all_folds"):
            plan.tracks_to_join(asked, 1, sizes, all_folds=True)
