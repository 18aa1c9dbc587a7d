"""A job that dies is continued, and nobody can tell from the result."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import pytest
from track_fakes import WINDOW, FakeModel, genome_with_gaps, method, origin, weighted

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.tracks import partial
from chromolens.tracks.partial import Stretch, journal, partial_path
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


JOB = """
import __main__, os, sys, types
__main__.snakemake = types.SimpleNamespace(log=["job.log"], rule="attribute", wildcards={{}})
sys.path[:0] = [{here!r}, {root!r}]
from chromolens.runlog import log_to
from test_partial import Counting, run
log_to("job.log")
run("cut.h5", Counting(5, lambda: os.kill(os.getpid(), {signal})))
"""


@pytest.mark.parametrize("number, kept, status", [(signal.SIGKILL, 5, -9), (signal.SIGTERM, 6, 1)])
def test_a_job_that_a_signal_ends_loses_at_most_the_block_at_work(
    tmp_path, caplog, number, kept, status
):
    here = Path(__file__).parent
    script = JOB.format(here=str(here), root=str(here.parent.parent), signal=int(number))
    died = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True)
    assert died.returncode == status, died.stderr.decode()
    whole, rest = Counting(), Counting()
    run(tmp_path / "whole.h5", whole)
    caplog.set_level("INFO")
    run(tmp_path / "cut.h5", rest)
    # one more where windows of the last block reach into what is left
    assert whole.calls - kept <= rest.calls <= whole.calls - kept + 1
    (share,) = re.findall(r"all: resumed at (\d+) %", caplog.text)
    assert abs(int(share) - 100 * kept / whole.calls) < 10
    for name, expected in arrays(tmp_path / "whole.h5").items():
        np.testing.assert_array_equal(arrays(tmp_path / "cut.h5")[name], expected, err_msg=name)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seed": 1}, "is of another job"),
        ({"batch_size": 9}, "was made for 8 rows in a call, 9 are asked for now"),
    ],
    ids=str,
)
def test_what_could_change_bits_starts_again(tmp_path, caplog, change, why):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "s.h5", Counting(5, fail))
    again, whole = Counting(), Counting()
    run(tmp_path / "s.h5", again, **change)
    run(tmp_path / "whole.h5", whole, **change)
    assert again.calls == whole.calls
    assert why in caplog.text


def half_done(path) -> bytes:
    """The journal of a job that died after five of its blocks."""
    with pytest.raises(KeyboardInterrupt):
        run(path, Counting(5, fail))
    return partial_path(path).read_bytes()


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99], ids=str)
def test_a_damaged_journal_costs_what_it_held_and_no_bit(tmp_path, caplog, share):
    caplog.set_level("INFO")
    whole = Counting()
    run(tmp_path / "whole.h5", whole)
    kept = half_done(tmp_path / "s.h5")
    for content in (
        kept[: int(share * len(kept))],
        *(kept[:at] + bytes([kept[at] ^ 4]) + kept[at + 1 :] for at in [int(share * len(kept))]),
    ):
        partial_path(tmp_path / "s.h5").write_bytes(content)
        caplog.clear()
        rest = Counting()
        run(tmp_path / "s.h5", rest)
        assert (tmp_path / "s.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()
        assert not partial_path(tmp_path / "s.h5").exists()
        lost = "thrown away" in caplog.text or "starting again" in caplog.text
        assert lost or content in (b"", kept)
        assert whole.calls - 5 <= rest.calls <= whole.calls + 1


def test_every_flipped_byte_of_a_journal_ends_in_the_same_bits(tmp_path):
    run(tmp_path / "whole.h5", Counting())
    kept = half_done(tmp_path / "s.h5")
    rng = np.random.default_rng(0)
    for at in rng.integers(len(kept), size=40):
        changed = bytearray(kept)
        changed[at] ^= 1 << rng.integers(8)
        partial_path(tmp_path / "s.h5").write_bytes(changed)
        run(tmp_path / "s.h5", Counting())
        assert (tmp_path / "s.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes(), at


def test_a_stretch_counts_once_it_is_whole(tmp_path):
    def begin():
        return journal(tmp_path / "s.h5", "job", 8)

    with pytest.raises(KeyboardInterrupt), begin() as found:
        found.runs_on({"cpu": "one"})
        found.add(Stretch(0, 0, 4, {"x": np.arange(4)}))
        found.add(Stretch(1, 0, 2, {"x": np.arange(6).reshape(3, 2)}))
        raise KeyboardInterrupt
    path = partial_path(tmp_path / "s.h5")
    path.write_bytes(path.read_bytes()[:-1])  # the second was being written
    with begin() as found:
        assert found.done == {0: 4}
        assert found.runs == [{"cpu": "one"}]
        found.add(Stretch(1, 0, 2, {"x": np.arange(6).reshape(3, 2)}))
        first, second = found.stretches()
    np.testing.assert_array_equal(first.arrays["x"], np.arange(4))
    np.testing.assert_array_equal(second.arrays["x"], np.arange(6).reshape(3, 2))
    assert second[:3] == (1, 0, 2)


HOLDER = """
import fcntl, os, sys, time
file = open(sys.argv[1])
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(float(sys.argv[2]))
if sys.argv[3] == "finished":
    os.unlink(sys.argv[1])
"""


@contextmanager
def another_job(path, seconds: float, end: str = "cut") -> Iterator[None]:
    """A process that holds the journal of ``path`` for so long."""
    command = [sys.executable, "-c", HOLDER, str(partial_path(path)), str(seconds), end]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        yield
        other.kill()


def test_a_shard_that_another_job_writes_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(partial, "_PATIENCE", 0.1)
    kept = half_done(tmp_path / "s.h5")
    with another_job(tmp_path / "s.h5", 60), pytest.raises(BadInput, match="another job"):
        run(tmp_path / "s.h5", Counting())
    assert partial_path(tmp_path / "s.h5").read_bytes() == kept


@pytest.mark.parametrize("end", ["cut", "finished"])
def test_a_job_that_is_about_to_end_is_waited_for(tmp_path, monkeypatch, end):
    monkeypatch.setattr(partial, "_PATIENCE", 6)
    half_done(tmp_path / "s.h5")
    whole, rest = Counting(), Counting()
    run(tmp_path / "whole.h5", whole)
    with another_job(tmp_path / "s.h5", 0.5, end):
        run(tmp_path / "s.h5", rest)
    assert (tmp_path / "s.h5").read_bytes() == (tmp_path / "whole.h5").read_bytes()
    assert (rest.calls == whole.calls) == (end == "finished")
    assert not partial_path(tmp_path / "s.h5").exists()
