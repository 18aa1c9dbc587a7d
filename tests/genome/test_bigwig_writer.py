"""bigWig files of our own, read by others: pyBigWig (libBigWig) and pybigtools (Rust)."""

import io
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pybigtools
import pyBigWig
import pytest
from isal import isal_zlib

from chromolens.errors import BadInput
from chromolens.genome.bigwig import sections, zooms
from chromolens.genome.bigwig.writer import BigWigWriter
from chromolens.genome.sizes import LONGEST

CELL = sections.CELL
Track = dict[str, np.ndarray]


def write(path: Path, track: Track, cuts: Iterable[int] = ()) -> Path:
    """``track`` as a file, handed over in pieces that begin at the bases ``cuts``."""
    sizes = {chrom: len(values) for chrom, values in track.items()}
    with open(path, "wb") as file, BigWigWriter(file, sizes, path.parent) as writer:
        for chrom, values in track.items():
            begins = sorted({0, *(int(cut) for cut in cuts if 0 < cut < len(values))})
            for begin, part in zip(begins, np.split(values, begins[1:]), strict=True):
                writer.add(chrom, begin, part)
        writer.finish()
    return path


def noise(size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=size).astype(np.float32)


def holed(size: int, share: float, seed: int = 1) -> np.ndarray:
    """Noise in stretches of about forty bases; ``share`` of them are left out."""
    rng = np.random.default_rng(seed)
    known = np.repeat(rng.random(size // 40 + 1) >= share, 40)[:size]
    return np.where(known, noise(size, seed), np.float32(np.nan))


def single(size: int, many: int) -> np.ndarray:
    values = np.full(size, np.nan, np.float32)
    values[np.random.default_rng(2).choice(size, many, replace=False)] = noise(many)
    return values


def odd() -> np.ndarray:
    """What float32 has at its ends, and both zeros, side by side."""
    info = np.finfo(np.float32)
    ends = [0.0, -0.0, info.tiny, -info.smallest_subnormal, info.smallest_subnormal]
    ends += [info.max, info.min, 1, 1, -0.0, -0.0, 0.0, np.nan, np.nan, 5]
    return np.array(ends * 40, np.float32)


def counts(size: int) -> np.ndarray:
    return np.random.default_rng(3).poisson(0.01, size).astype(np.float32)


def scaffolds(many: int) -> Track:
    lengths = np.random.default_rng(6).permutation(np.arange(many) % 60 + 1)
    parts = np.split(noise(lengths.sum()), lengths.cumsum()[:-1])
    return {f"s{number}": part for number, part in enumerate(parts)}


TRACKS = {
    "dense": lambda: {"b": noise(3 * CELL + 17), "a": noise(CELL), "c": noise(2 * CELL - 1)},
    "gaps": lambda: {"a": holed(5 * CELL + 3, 0.3), "b": holed(CELL + 1, 0.9)},
    "single bases": lambda: {"a": single(40 * CELL, 90), "b": single(10, 3)},
    "many single bases": lambda: {"a": single(60 * CELL, 5000)},
    "constant": lambda: {"a": np.ones(9 * CELL + 5), "b": np.repeat(noise(99), 300)},
    "counts": lambda: {"a": counts(20 * CELL), "b": counts(77)},
    "odd": lambda: {"a": odd(), "b": odd()[::-1]},
    "one base": lambda: {"a": noise(1), "b": np.full(1, np.nan), "c": noise(1), "d": noise(2)},
    "ends": lambda: {"a": np.r_[1, np.full(2 * CELL, np.nan), 2], "b": np.r_[3, np.nan, 4.0]},
    "some empty": lambda: {"x": np.full(9, np.nan), "a": noise(5), "y": np.full(CELL, np.nan)},
    "empty": lambda: {"a": np.full(20_000, np.nan), "b": np.full(1, np.nan)},
    "scaffolds": lambda: scaffolds(300),
    "long": lambda: {"a": noise(60 * CELL), "b": holed(20 * CELL, 0.5)},
}  # fmt: skip


@pytest.fixture(params=TRACKS)
def made(request, tmp_path) -> tuple[Track, Path]:
    track = {name: values.astype(np.float32) for name, values in TRACKS[request.param]().items()}
    return track, write(tmp_path / "t.bw", track)


def bits(values: np.ndarray) -> np.ndarray:
    """float32 as their bits, all NaN alike."""
    values = np.asarray(values).astype(np.float32)
    return np.where(np.isnan(values), np.float32(np.nan), values).view(np.uint32)


def test_both_readers_give_every_bit_back(made):
    track, path = made
    with pyBigWig.open(str(path)) as file:
        assert list(file.chroms().items()) == [(name, len(part)) for name, part in track.items()]
        for chrom, expected in track.items():
            found = file.values(chrom, 0, len(expected), numpy=True)
            np.testing.assert_array_equal(bits(found), bits(expected), chrom)
    file = pybigtools.open(str(path))
    assert dict(file.chroms()) == {name: len(part) for name, part in track.items()}
    for chrom, expected in list(track.items())[:50]:
        found = file.values(chrom, 0, len(expected), fillna=None)
        np.testing.assert_array_equal(bits(found), bits(expected), chrom)


def test_intervals_are_the_values(made):
    """Each interval is a run of one value; together they are all that is known."""
    track, path = made
    with pyBigWig.open(str(path)) as file:
        for chrom, expected in list(track.items())[:50]:
            found = np.full(len(expected), np.nan, np.float32)
            shown, behind = min(len(expected), 10 * CELL), 0
            for start, end, value in file.intervals(chrom, 0, shown) or ():
                assert behind <= start < end <= len(expected)
                found[start:end], behind = value, end
            np.testing.assert_array_equal(bits(found[:shown]), bits(expected[:shown]))


def test_equal_values_give_equal_bytes_however_cut(made, tmp_path):
    track, path = made
    longest, rng = max(map(len, track.values())), np.random.default_rng(4)
    for cuts in (range(longest - 300, longest), rng.integers(0, longest, 40), [CELL - 1]):
        assert write(tmp_path / "cut.bw", track, cuts).read_bytes() == path.read_bytes()


def test_what_is_nowhere_need_not_be_handed_over(tmp_path):
    track = TRACKS["gaps"]() | {"c": np.full(3 * CELL, np.nan, np.float32)}
    whole = write(tmp_path / "whole.bw", track).read_bytes()
    sizes = {chrom: len(values) for chrom, values in track.items()}
    with open(tmp_path / "t.bw", "wb") as file, BigWigWriter(file, sizes, tmp_path) as writer:
        for chrom, values in track.items():
            for place in np.flatnonzero(~np.isnan(values)):
                writer.add(chrom, int(place), values[place : place + 1])
        writer.finish()
    assert (tmp_path / "t.bw").read_bytes() == whole


def bins(values: np.ndarray, level: int) -> np.ndarray:
    """Start, end, number, least, largest, sum, squares (bins, 7) where there is any value."""
    starts = np.arange(0, len(values), level)
    wide = np.full((len(starts), level), np.nan)
    wide.reshape(-1)[: len(values)] = values
    known = ~np.isnan(wide)
    least, largest = np.where(known, wide, np.inf).min(1), np.where(known, wide, -np.inf).max(1)
    sums = np.nansum(wide, axis=1), np.nansum(wide**2, axis=1)
    ends = np.minimum(starts + level, len(values))
    rows = np.stack([starts, ends, known.sum(1), least, largest, *sums], axis=1)
    return rows[known.any(axis=1)]


@pytest.mark.parametrize("name", ["dense", "gaps", "many single bases", "counts", "long"])
def test_every_record_of_every_zoom_level_is_the_values(tmp_path, name):
    track = TRACKS[name]()
    file = pybigtools.open(str(write(tmp_path / "t.bw", track)))
    levels = file.zooms()
    assert levels and all(level in [64 * 4**power for power in range(10)] for level in levels)
    keys = ("bases_covered", "min_val", "max_val", "sum", "sum_squares")
    for level in levels:
        for chrom, values in track.items():
            records = file.zoom_records(level, chrom, 0, len(values))
            found = np.array([(start, end, *map(one.get, keys)) for start, end, one in records])
            expected = bins(values, level)
            np.testing.assert_array_equal(found[:, :5], expected[:, :5])
            np.testing.assert_allclose(found[:, 5:], expected[:, 5:], rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", ["dense", "gaps", "counts", "long"])
def test_statistics_are_those_of_numpy(tmp_path, name, exact):
    track = TRACKS[name]()
    with pyBigWig.open(str(write(tmp_path / "t.bw", track))) as file:
        for chrom, values in track.items():
            # bins of whole records, so that none is shared out by its length
            end = len(values) if exact else len(values) // 8192 * 8192
            if not end:
                continue
            many = 1 if exact else max(end // 8192, 1)
            for number, part in enumerate(np.split(values[:end].astype(float), many)):
                known = part[~np.isnan(part)]
                expected = {
                    "mean": known.mean(), "min": known.min(), "max": known.max(),
                    "coverage": len(known) / len(part), "std": known.std(ddof=1),
                }  # fmt: skip
                if exact:  # from zooms, pyBigWig gives wrong sums of its own files too
                    expected["sum"] = known.sum()
                for kind, value in expected.items():
                    found = file.stats(chrom, 0, end, type=kind, nBins=many, exact=exact)[number]
                    assert found == pytest.approx(value, rel=2e-4, abs=1e-4), (chrom, kind)


def test_the_head_says_what_is_in_the_file(made):
    track, path = made
    known = np.concatenate([values[~np.isnan(values)] for values in track.values()]).astype(float)
    whole = path.read_bytes()
    magic, version, levels, tree, data, index, *rest = struct.unpack_from("<IHHQQQHHQQIQ", whole)
    fields, defined, autosql, total, largest, extension = rest
    assert (magic, version, fields, defined, autosql, extension) == (0x888FFC26, 4, 0, 0, 0, 0)
    assert whole[-4:] == struct.pack("<I", magic) and largest <= 2**16
    count, low, high, added, squares = struct.unpack_from("<Qdddd", whole, total)
    assert count == len(known)
    if count:
        assert (low, high) == (known.min(), known.max())
        assert added == pytest.approx(known.sum(), rel=1e-9, abs=1e-9 * np.abs(known).sum())
        assert squares == pytest.approx((known**2).sum(), rel=1e-9)
    assert len(pybigtools.open(str(path)).zooms()) == levels
    assert tree == total + 40 and data < index < len(whole)


def find(whole: bytes, name: bytes) -> tuple[int, int] | None:
    """Number and length of a chromosome, searched as the format's paper says (table 8 to 11)."""
    (at,) = struct.unpack_from("<Q", whole, 8)
    _, _, width, _, _, _ = struct.unpack_from("<IIIIQQ", whole, at)
    at += 32
    while True:
        leaf, _, many = struct.unpack_from("<BBH", whole, at)
        step = width + 8
        items = [at + 4 + step * number for number in range(many)]
        keys = [whole[item : item + width].rstrip(b"\0") for item in items]
        assert keys == sorted(keys)
        if leaf:
            found = [item for item, key in zip(items, keys, strict=True) if key == name]
            return struct.unpack_from("<II", whole, found[0] + width) if found else None
        below = [item for item, key in zip(items, keys, strict=True) if key <= name]
        if not below:
            return None
        (at,) = struct.unpack_from("<Q", whole, below[-1] + width)


@pytest.mark.parametrize("many", [1, 256, 257, 70_000])
def test_names_are_found_by_search(tmp_path, many):
    names = [f"scaffold_{number}" for number in np.random.default_rng(5).permutation(many)]
    sizes = {name: 1 + place for place, name in enumerate(names)}
    with open(tmp_path / "t.bw", "wb") as file, BigWigWriter(file, sizes, tmp_path) as writer:
        writer.add(names[0], 0, np.ones(1))
        writer.finish()
    whole = (tmp_path / "t.bw").read_bytes()
    for place in {0, many // 2, many - 1}:
        assert find(whole, names[place].encode()) == (place, 1 + place)
    assert find(whole, b"scaffold_x") is None and find(whole, b"a") is None
    with pyBigWig.open(str(tmp_path / "t.bw")) as file:
        assert list(file.chroms()) == names


def test_ten_thousand_scaffolds(tmp_path):
    track = scaffolds(10_000)
    with pyBigWig.open(str(write(tmp_path / "t.bw", track))) as file:
        assert list(file.chroms()) == list(track)
        for chrom, values in track.items():
            found = file.values(chrom, 0, len(values), numpy=True)
            np.testing.assert_array_equal(found, values, chrom)


@pytest.mark.parametrize("length", [800_000_000, LONGEST])
def test_places_at_the_end_of_the_longest_chromosomes(tmp_path, length):
    places = sorted([0, 2**29 - 1, length // 2, length - 4])
    path = tmp_path / "t.bw"
    with open(path, "wb") as file:
        with BigWigWriter(file, {"a": length, "b": 5}, tmp_path) as writer:
            for place in places:
                writer.add("a", place, noise(4, place % 97))
            writer.add("a", length, np.zeros(0))
            writer.add("b", 0, noise(5))
            writer.finish()
    assert path.stat().st_size < 2000
    rust = pybigtools.open(str(path))
    with pyBigWig.open(str(path)) as file:
        for place in places:
            for found in (
                file.values("a", place, place + 4, numpy=True),
                rust.values("a", place, place + 4, fillna=None),
            ):
                np.testing.assert_array_equal(bits(found), bits(noise(4, place % 97)))
        np.testing.assert_array_equal(file.values("b", 0, 5, numpy=True), noise(5))
        assert file.intervals("a", length - 4, length)[-1][:2] == (length - 1, length)
        largest = max(noise(4, place % 97).max() for place in places)
        assert file.stats("a", type="max")[0] == pytest.approx(largest)


class Far(io.FileIO):
    """A file with a hole of 5 GB, which takes no room, between chromosomes and values."""

    calls = 0

    def tell(self) -> int:
        self.calls += 1
        if self.calls == 2:
            self.seek(5 * 2**30, io.SEEK_CUR)
        return super().tell()


def test_files_of_more_than_four_gigabytes(tmp_path):
    track, path = TRACKS["long"](), tmp_path / "t.bw"
    sizes = {chrom: len(values) for chrom, values in track.items()}
    with Far(path, "w") as file, BigWigWriter(file, sizes, tmp_path) as writer:
        for chrom, values in track.items():
            writer.add(chrom, 0, values)
        writer.finish()
    assert path.stat().st_size > 2**32 and path.stat().st_blocks * 512 < 2**24
    rust = pybigtools.open(str(path))
    with pyBigWig.open(str(path)) as file:
        for chrom, values in track.items():
            where = chrom, 0, len(values)
            for found in (file.values(*where, numpy=True), rust.values(*where, fillna=None)):
                np.testing.assert_array_equal(bits(found), bits(values))
            expected = np.nanmean(values.astype(float))
            assert file.stats(chrom, type="mean")[0] == pytest.approx(expected, abs=1e-3)
    near = write(tmp_path / "near.bw", track)
    for level in rust.zooms():
        records = (f.zoom_records(level, "b", 0, 9999) for f in (rust, pybigtools.open(str(near))))
        assert list(next(records)) == list(next(records))


def test_a_zoom_level_has_half_the_bytes_of_what_is_before_it_at_most(tmp_path):
    """Of bases far apart, bins of 64 would be as many as the values: they are left out."""
    file = pybigtools.open(str(write(tmp_path / "t.bw", {"a": single(4_000_000, 4000)})))
    assert file.zooms() and file.zooms()[0] > 1000
    dense = pybigtools.open(str(write(tmp_path / "d.bw", {"a": noise(400_000)})))
    assert dense.zooms()[:4] == [zooms.FIRST * zooms.STEP**power for power in range(4)]


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ([("a", 5, [1.0]), ("a", 4, [1.0])], "a:4-5 comes behind a:6"),
        ([("a", 5, [1.0, 2.0]), ("a", 6, [1.0])], "a:6-7 comes behind a:7"),
        ([("b", 0, [1.0]), ("a", 0, [1.0])], "a:0-1 comes behind b:1"),
        ([("a", 9, [1.0, 2.0])], r"a:9-11 is not in the genome(?s:.*)a of 10 bp"),
        ([("a", -1, [1.0, 2.0])], "a:-1-1 is not in the genome"),
        ([("z", 0, [1.0])], r"z:0-1 is not in the genome(?s:.*)one of a, b"),
        ([("a", 0, [1.0, np.inf])], r"infinite(?s:.*)a:1"),
        ([("a", 3, [1.0, 2.0, -np.inf])], r"infinite(?s:.*)a:5"),
        ([("a", 0, np.array([1.0, 1e39]))], r"infinite(?s:.*)a:1"),
        ([("a", 0, [[1.0], [2.0]])], r"float64 of shape \(2, 1\)"),
        ([("a", 0, ["x"])], "real numbers"),
        ([("a", 0, [True])], "bool"),
        ([("a", 0, [1j])], "complex128"),
    ],
)
def test_what_can_not_be_written_is_refused(tmp_path, pieces, message):
    with open(tmp_path / "t.bw", "wb") as file:
        with BigWigWriter(file, {"a": 10, "b": 10}, tmp_path) as writer:
            with pytest.raises(BadInput, match=message):
                for chrom, start, values in pieces:
                    writer.add(chrom, start, values)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [({}, "without chromosomes"), ({"a": 1, "b": LONGEST + 1}, "chromosome b has 2,147,483,648")],
)
def test_genomes_that_can_not_be_written_are_refused(tmp_path, sizes, message):
    with open(tmp_path / "t.bw", "wb") as file, pytest.raises(BadInput, match=message):
        BigWigWriter(file, sizes, tmp_path)


def test_a_sum_of_squares_beyond_float32_is_infinite_in_zooms_and_right_in_the_head(tmp_path):
    values = np.full(CELL, 3e19, np.float32) + noise(CELL) * np.float32(1e18)
    path = write(tmp_path / "t.bw", {"a": values})
    record = next(iter(pybigtools.open(str(path)).zoom_records(64, "a", 0, CELL)))[2]
    assert record["sum_squares"] == np.inf and np.isfinite(record["sum"])
    total = struct.unpack_from("<Q", path.read_bytes(), 44)[0]
    squares = struct.unpack_from("<Qdddd", path.read_bytes(), total)[-1]
    assert squares == pytest.approx((values.astype(float) ** 2).sum(), rel=1e-9)


@pytest.mark.parametrize("size", [0, 128, 480, 8191])
def test_short_sections_are_packed_by_zlib(size):
    """ISA-L packs a few hundred bytes otherwise once in some hundred processes."""
    content, packed = bytes(range(256)) * 32, io.BytesIO()
    written = sections.Sections(packed)
    written.append(0, 0, 1, content[:size])
    assert packed.getvalue() == zlib.compress(content[:size])
    written.append(0, 1, 2, content)
    rest = packed.getvalue()[written.sizes[0] :]
    assert rest == isal_zlib.compress(content, 1) and zlib.decompress(rest) == content
