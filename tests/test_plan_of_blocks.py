"""Folds of blocks in the plan: shards, what is explained, and configs that are refused."""

from pathlib import Path

import pytest

from chromolens import config as configuration
from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.genome.sizes import LONGEST
from chromolens.planning import divide, plan, sources

SIZES = {"NC_1": 200_000, "plasmid": 8_000}


def completed(sizes: dict[str, int] = SIZES, **parts: object) -> dict:
    folds = {"by": "blocks", "balance": "length", "size": 10_000} | parts.pop("folds", {})
    inputs = {"kind": "genome", "fasta": "g.fa", "window": 200, "peaks": {"x": "x.bed"}}
    inputs["chromosomes"] = {name: {"length": size} for name, size in sizes.items()}
    config = {"study": "s", "folds": folds, "inputs": inputs | parts.pop("inputs", {}), **parts}
    return configuration.complete(config, [])


def planned(config: dict) -> tuple:
    settings = sources.inputs(config, "down", "simulated")
    sizes = divide.sizes(config, settings)
    return sizes, divide.folds(config, settings, sizes)


def test_chromosomes_that_readers_of_tracks_can_not_count_are_refused(tmp_path):
    fasta = tmp_path / "g.fa"
    fasta.write_text(">a\nA\n")
    config = completed(inputs={"fasta": str(fasta), "chromosomes": {}})
    settings = sources.inputs(config, "down", "simulated")
    Path(f"{fasta}.fai").write_text(f"a\t{LONGEST}\t3\t60\t61\n")
    assert divide.sizes(config, settings) == {"a": LONGEST}
    Path(f"{fasta}.fai").write_text(f"a\t{LONGEST + 1}\t3\t60\t61\n")
    with pytest.raises(BadInput, match=r"a has 2,147,483,648 bp(?s:.*)at most 2,147,483,647"):
        divide.sizes(config, settings)


def test_shards_and_tracks_are_of_blocks():
    config = completed(attribution={"shard_size": 10_000}, folds={"size": 25_000})
    sizes, folds = planned(config)
    shards = divide.shards(config, plan.methods(config), sizes, folds, {}, {})
    regions = [Interval.from_name(name) for row in shards["regions"] for name in row.split("+")]
    explained = list(folds.homes(sizes))
    assert list(explained) == sorted(explained)
    for block in explained:
        own = sorted(region for region in regions if block.overlaps(region))
        assert own[0].start == block.start and own[-1].end == block.end
        assert all(one.end == after.start for one, after in zip(own, own[1:], strict=False))
        fold = folds.fold_of.get(block.name) or folds.fold_of[block.chrom]
        names = {region.name for region in own}
        rows = [row for row in shards.itertuples() if names & set(row.regions.split("+"))]
        assert {row.fold for row in rows} == {fold}
    assert sum(map(len, regions)) == sum(map(len, explained)) < sum(SIZES.values())
    assert divide.in_folds(folds, sizes) == {
        group: len(block) for block in explained for group in [block.name]
    }


def test_every_block_is_test_in_one_fold_and_validation_in_the_one_before():
    _, folds = planned(completed(folds={"k": 4}))
    assert len(folds.roles) == 4
    groups = set(folds.table()["group"])
    assert set(folds.fold_of) == groups
    for number in range(4):
        following = folds.groups(f"fold{(number + 1) % 4}", "test")
        assert folds.groups(f"fold{number}", "validation") == following


def test_events_are_shared_out(tmp_path):
    peaks = tmp_path / "x.bed"
    places = [*range(300, 60_000, 100), *range(100_000, 200_000, 2_000)]
    peaks.write_text("".join(f"NC_1\t{place}\t{place + 1}\n" for place in places))
    config = completed(folds={"balance": "labels"}, inputs={"peaks": {"x": str(peaks)}})
    _, folds = planned(config)
    blocks = {
        fold: [Interval.from_name(name) for name in folds.groups(fold, "test")]
        for fold in folds.roles
    }
    bases = [sum(map(len, own)) for own in blocks.values()]
    events = [
        sum(any(block.contains(Interval("NC_1", p, p + 1)) for block in own) for p in places)
        for own in blocks.values()
    ]
    assert max(bases) - min(bases) < 11_000 and max(events) - min(events) <= 105


def test_shifts_of_any_model_widen_the_gap():
    gaps = []
    for training in ({}, {"shift": 30}):
        models = {"main": {}, "other": {"training": training}}
        _, folds = planned(completed(models=models))
        blocks = sorted(map(Interval.from_name, folds.fold_of))
        pairs = zip(blocks, blocks[1:], strict=False)
        gaps.append({b.start - a.end for a, b in pairs if a.chrom == b.chrom})
    assert gaps == [{199}, {229}]


@pytest.mark.parametrize(
    ("sizes", "parts", "message"),
    [
        (SIZES, {"folds": {"gap": 100}}, "a window of 200 bp, shifted(.|\\n)* at least 199 bp"),
        (SIZES, {"folds": {"size": 100_000}}, "4 folds can't be made of 3 blocks"),
        (SIZES, {"folds": {"size": 500, "gap": 400}}, "gaps may take more than half"),
        (SIZES, {"folds": {"files": ["x.json"]}}, "folds.by: blocks and folds.files"),
        (SIZES, {"folds": {"test": [["a"]]}}, "folds.by: blocks and folds.test"),
        (SIZES, {"folds": {"by": "chromosomes"}}, "folds.size is for folds of blocks"),
        (SIZES, {"folds": {"by": "chromosomes", "size": 0}}, "say folds: {by: blocks}"),
        ({"a": 90_000}, {"folds": {"by": "chromosomes", "size": 0}}, "1 chromosomes that hold"),
        ({"a": 150}, {}, "a window of 200 bp doesn't fit on a"),
        (SIZES, {"inputs": {"circular": ["NC_2"]}}, "no chromosome named 'NC_2'(.|\\n)*circular"),
        ({"a/../b": 90_000}, {}, "'a/../b' can't be the name of a chromosome"),
    ],
)
def test_what_can_not_be_divided(sizes, parts, message):
    with pytest.raises(BadInput, match="(?s)" + message):
        planned(completed(sizes, **parts))


def test_records_have_no_blocks():
    source = {"fasta": "a.fa", "labels": "a.txt", "tasks": ["t"]}
    inputs = {"kind": "sequences", "sequences": [source]}
    config = configuration.complete(
        {"study": "s", "inputs": inputs, "folds": {"by": "blocks"}}, []
    )
    with pytest.raises(BadInput, match="and the inputs have none"):
        planned(config)
