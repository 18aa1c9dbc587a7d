"""Files packed by several threads, unpacked by htslib and by gzip."""

import gzip
import random

import pysam
import pytest

from chromolens import texts
from chromolens.genome.bgzip import BgzipWriter


@pytest.fixture(scope="module")
def data():
    """9 MB: letters, and bytes that can't be packed."""
    drawn = random.Random(0)
    return 9 * bytes(drawn.choices(b"ACGT\n", k=700_001)) + drawn.randbytes(3_000_001)


def pack(path, data, threads, piece):
    with BgzipWriter(path, threads) as out:
        for start in range(0, len(data), piece):
            out.write(data[start : start + piece])
    return path


def test_others_read_what_was_written(tmp_path, data):
    path = pack(tmp_path / "x.gz", data, 2, 1_000_003)
    assert gzip.decompress(path.read_bytes()) == data
    with pysam.BGZFile(str(path)) as file:
        assert file.read(len(data) + 1) == data
    with texts._unpacked(path, open(path, "rb")) as stream:
        assert stream.read() == data


@pytest.mark.parametrize(("threads", "piece"), [(1, 4096), (3, 10_000_000)])
def test_threads_and_pieces_change_no_byte(tmp_path, data, threads, piece):
    one = pack(tmp_path / "one.gz", data, 2, 65_280)
    assert pack(tmp_path / "other.gz", data, threads, piece).read_bytes() == one.read_bytes()


def test_an_empty_file(tmp_path):
    assert gzip.decompress(pack(tmp_path / "x.gz", b"", 2, 1).read_bytes()) == b""


def test_an_error_ends_the_threads_and_leaves_no_end_mark(tmp_path):
    with pytest.raises(RuntimeError), BgzipWriter(tmp_path / "x.gz", 2) as out:
        out.write(b"A" * 10_000_000)
        raise RuntimeError
    assert not (tmp_path / "x.gz").read_bytes().endswith(texts.BGZIP_END)
