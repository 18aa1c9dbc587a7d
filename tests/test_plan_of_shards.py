"""Shards of whole genomes and of records: complete, of one fold, of short names."""

import re

import numpy as np
import pytest

from chromolens.inputs.folds import Folds
from chromolens.planning import divide, plan
from tests.test_plan import SIZES, genome, planned, records


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


def test_shards_of_records_divide_each_fold():
    config = records(attribution={"parts": 2})
    _, folds, _, methods = planned(config)
    shards = divide.shards(config, methods, {}, folds, {}, {})
    assert list(shards["shard"]) == [f"fold{f}-{i}-2" for f in range(4) for i in (0, 1)]
