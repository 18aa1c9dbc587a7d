"""A job that dies is continued, and nobody can tell from the result."""

import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from track_fakes import WINDOW, FakeModel, genome_with_gaps, method, origin, weighted

from chromolens.genome.intervals import Interval
from chromolens.tracks.partial import partial_path, record
from chromolens.tracks.shards import explain_shard
from chromolens.tracks.tiling import Tiling

REGIONS = [Interval("chrA", 0, 407), Interval("chrB", 0, 150)]


class Counting:
    """The usual answers, until ``until`` calls are over: then ``end`` is called."""

    def __init__(self, until: int = 10**6, end=None):
        self.calls, self.until, self.end = 0, until, end

    def __call__(self, model, onehot, **asked):
        if self.calls == self.until:
            self.end()
        self.calls += 1
        return weighted(model, onehot, **asked)


def run(path, attribute, **changes) -> None:
    explain_shard(
        [FakeModel()],
        genome_with_gaps(),
        REGIONS,
        str(path),
        method=method(attribute, **changes),
        tiling=Tiling(WINDOW, 6),
        origin=origin(),
        windows_at_once=9,
    )


def arrays(path) -> dict[str, np.ndarray]:
    found = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: found.update({name: item[()]}) if hasattr(item, "shape") else None
        )
    return found


def fail():
    raise KeyboardInterrupt


@pytest.mark.parametrize("until", [0, 1, 5])
def test_an_interrupted_shard_is_continued_to_the_same_bits(tmp_path, until):
    whole = Counting()
    run(tmp_path / "whole.h5", whole)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut.h5", Counting(until, fail))
    assert not (tmp_path / "cut.h5").exists()
    rest = Counting()
    run(tmp_path / "cut.h5", rest)
    # one more where windows of the last block reach into what is left
    assert whole.calls - until <= rest.calls <= whole.calls - until + 1
    assert not partial_path(tmp_path / "cut.h5").exists()
    assert (tmp_path / "cut.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()


KILLED = """
import os, sys
sys.path[:0] = [{here!r}, {root!r}]
from test_partial import Counting, run
run({path!r}, Counting(5, lambda: os.kill(os.getpid(), 9)))
"""


def test_a_killed_job_loses_only_what_it_had_not_flushed(tmp_path):
    here, path = Path(__file__).parent, tmp_path / "cut.h5"
    script = KILLED.format(here=str(here), root=str(here.parent.parent), path=str(path))
    died = subprocess.run([sys.executable, "-c", script], capture_output=True, env=os.environ)
    assert died.returncode == -9, died.stderr.decode()
    whole, rest = Counting(), Counting()
    run(tmp_path / "whole.h5", whole)
    run(path, rest)
    assert whole.calls - 5 <= rest.calls <= whole.calls - 4
    for name, expected in arrays(tmp_path / "whole.h5").items():
        np.testing.assert_array_equal(arrays(path)[name], expected, err_msg=name)


@pytest.mark.parametrize("change", [{"seed": 1}, {"strands": "forward", "batch_size": 9}], ids=str)
def test_what_could_change_bits_starts_again(tmp_path, change):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "s.h5", Counting(5, fail))
    again, whole = Counting(), Counting()
    run(tmp_path / "s.h5", again, **change)
    run(tmp_path / "whole.h5", whole)
    assert again.calls == whole.calls


def test_a_partial_file_that_can_not_be_read_is_replaced(tmp_path):
    partial_path(tmp_path / "s.h5").write_bytes(b"half a file")
    run(tmp_path / "s.h5", Counting())
    assert arrays(tmp_path / "s.h5")["finished"].tolist() == [407, 150]


def test_the_counter_is_raised_after_the_bytes_it_speaks_of_are_written():
    class Log(list):
        def flush(self):
            self.append("flush")

        def __setitem__(self, index, value):
            self.append((index, int(value)))

    log = Log()
    record(log, log, 2, 40)
    assert log == ["flush", (2, 40), "flush"]


def test_a_shard_that_another_job_writes_is_left_alone(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "s.h5", Counting(5, fail))
    holder = "import h5py, sys; f = h5py.File(sys.argv[1], 'r+'); print(1, flush=True); input()"
    command = [sys.executable, "-c", holder, str(partial_path(tmp_path / "s.h5"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(BlockingIOError):
            run(tmp_path / "s.h5", Counting())
        other.communicate(b"\n")
