"""Times of results that are from the future."""

import os
import time

from chromolens.planning.machine import clock


def test_results_from_the_future_are_dated_before_now_in_their_order(tmp_path):
    now = time.time()
    ages = {"old": -50, "older": -100, "later": 900, "soon": 500, "with_soon": 500, "last": 9000}
    for name, age in ages.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (now + age,) * 2)
    untouched = (tmp_path / "old").stat().st_mtime_ns
    clock.bring_back([str(tmp_path), str(tmp_path / "absent")])
    made = {path.name: path.stat().st_mtime for path in tmp_path.iterdir()}
    assert made["older"] < made["old"] < made["soon"]
    assert made["soon"] == made["with_soon"] < made["later"] < made["last"] <= time.time()
    assert (tmp_path / "old").stat().st_mtime_ns == untouched


def test_a_file_that_a_result_links_to_keeps_its_time(tmp_path):
    own, results = tmp_path / "genome.fa.gz", tmp_path / "results"
    results.mkdir()
    own.touch()
    os.utime(own, (time.time() + 900,) * 2)
    (results / "genome.fa.gz").symlink_to(own)
    before = own.stat().st_mtime_ns
    clock.bring_back([str(results)])
    assert own.stat().st_mtime_ns == before
