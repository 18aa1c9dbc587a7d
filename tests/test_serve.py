"""The server for browsers: whole files and ranges of them, byte by byte."""

from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest

from chromolens.serve import server


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    (folder / "track.bw").write_bytes(np.random.default_rng(0).bytes(200_000))
    with server(folder, 0) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", (folder / "track.bw").read_bytes()
        running.shutdown()


def asked(url: str, asked: str = "", method: str = "GET") -> tuple:
    headers = {"Range": asked} if asked else {}
    with urlopen(Request(url, headers=headers, method=method), timeout=30) as answer:
        return answer.status, answer.read(), dict(answer.headers)


@pytest.mark.parametrize(
    "said, first, end",
    [("0-9", 0, 10), ("70000-199999", 70_000, 200_000), ("199990-", 199_990, 200_000)]
    + [("-7", 199_993, 200_000), ("199999-300000", 199_999, 200_000), ("-900000", 0, 200_000)],
)
def test_a_range_is_those_bytes(address, said, first, end):
    url, true = address
    status, got, headers = asked(f"{url}/track.bw", f"bytes={said}")
    assert status == 206 and got == true[first:end]
    assert headers["Content-Range"] == f"bytes {first}-{end - 1}/200000"
    assert headers["Content-Length"] == str(end - first)


def test_without_a_range_the_file_is_whole_and_ranges_are_offered(address):
    url, true = address
    status, got, headers = asked(f"{url}/track.bw")
    assert status == 200 and got == true and headers["Accept-Ranges"] == "bytes"
    assert asked(f"{url}/track.bw", "bytes=5-8", "HEAD")[:2] == (206, b"")


@pytest.mark.parametrize("said", ["bytes=200000-", "bytes=9-3", "bytes=-", "lines=1-2"])
def test_no_such_range_is_said(address, said):
    with pytest.raises(HTTPError) as refused:
        asked(f"{address[0]}/track.bw", said)
    assert refused.value.code == 416


def test_files_outside_the_folder_are_not_served(address):
    with pytest.raises(HTTPError) as refused:
        asked(f"{address[0]}/../../../../etc/hostname")
    assert refused.value.code == 404
