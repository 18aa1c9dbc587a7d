"""Files by URL, from a mirror and from a server on this machine; nothing half-done stays."""

import hashlib
import os
import stat
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chromolens.errors import BadInput
from chromolens.inputs.download import fetch, fetch_shared, is_url, mirror_path
from chromolens.runlog import claim

CONTENT = b"chrI\t0\t10\n" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """/good.bed is whole, /short.bed ends early once and is then whole, all else is missing."""

    requests: list[str] = []

    def do_GET(self):
        self.requests.append(self.path)
        known = self.path in ("/data/good.bed", "/short.bed")
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(CONTENT) if known else 0))
        self.end_headers()
        first = self.requests.count("/short.bed") == 1
        if known:
            self.wfile.write(CONTENT[:50] if self.path == "/short.bed" and first else CONTENT)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(autouse=True)
def no_mirror(monkeypatch):
    monkeypatch.delenv("CHROMOLENS_MIRROR", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("time.sleep", pause := Pauses())
    Handler.requests.clear()
    httpd = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()
    assert pause.seconds <= 60


class Pauses:
    """Stands for time.sleep and adds up what it was asked for."""

    seconds = 0.0

    def __call__(self, seconds):
        self.seconds += seconds


@pytest.fixture
def mirrored(tmp_path, monkeypatch):
    folder = tmp_path / "mirror"
    file = folder / "example.org/some data/a.bed"
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    monkeypatch.setenv("CHROMOLENS_MIRROR", str(folder))
    return folder


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*") if path.name != "mirror"]


def test_from_a_server(server, tmp_path):
    target = fetch(f"{server}/data/good.bed", tmp_path / "new/peaks.bed", SHA256.upper())
    assert target.read_bytes() == CONTENT
    assert left(tmp_path / "new") == ["peaks.bed"]


def test_a_broken_transfer_is_tried_again(server, tmp_path):
    assert fetch(f"{server}/short.bed", tmp_path / "peaks.bed", SHA256).read_bytes() == CONTENT
    assert Handler.requests == ["/short.bed"] * 2


def test_missing_on_the_server(server, tmp_path):
    with pytest.raises(BadInput, match="404"):
        fetch(f"{server}/missing.bed", tmp_path / "peaks.bed")
    assert left(tmp_path) == []


def test_no_network(server, tmp_path):
    with pytest.raises(BadInput, match="CHROMOLENS_MIRROR to a folder"):
        fetch("http://127.0.0.1:1/a.bed", tmp_path / "peaks.bed")
    assert left(tmp_path) == []


def test_wrong_content_says_expected_and_found(server, tmp_path):
    (tmp_path / "peaks.bed").write_text("older")
    with pytest.raises(BadInput) as error:
        fetch(f"{server}/data/good.bed", tmp_path / "peaks.bed", "0" * 64)
    for part in (SHA256, "0" * 64, "good.bed"):
        assert part in str(error.value)
    assert (tmp_path / "peaks.bed").read_text() == "older" and left(tmp_path) == ["peaks.bed"]


def test_an_md5_is_held_against_the_file_like_a_sha256(server, tmp_path):
    url, md5 = f"{server}/data/good.bed", hashlib.md5(CONTENT).hexdigest()
    assert fetch(url, tmp_path / "a.bed", md5=md5.upper()).read_bytes() == CONTENT
    for wrong in ({"md5": "0" * 32}, {"sha256": SHA256, "md5": "0" * 32}):
        with pytest.raises(BadInput, match=f"wrong file: its md5 is {md5}"):
            fetch(url, tmp_path / "b.bed", **wrong)
    assert left(tmp_path) == ["a.bed"]


def test_from_the_mirror(mirrored, tmp_path):
    url = "https://example.org/some%20data/a.bed"
    assert mirror_path(url) == mirrored / "example.org/some data/a.bed"
    assert fetch(url, tmp_path / "a.bed", SHA256).read_bytes() == CONTENT
    with pytest.raises(BadInput, match=SHA256):
        fetch(url, tmp_path / "b.bed", "f" * 64)
    assert left(tmp_path) == ["a.bed"]


def test_missing_in_the_mirror_names_the_path(mirrored, tmp_path, server):
    with pytest.raises(BadInput, match=str(mirrored / "127.0.0.1:.*/data/good.bed")):
        fetch(f"{server}/data/good.bed", tmp_path / "a.bed")
    assert Handler.requests == [] and left(tmp_path) == []


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
@pytest.mark.parametrize("source", ["server", "mirrored"])
def test_the_umask_says_who_may_read(source, request, tmp_path, mask, mode):
    where = request.getfixturevalue(source)
    url = f"{where}/data/good.bed" if source == "server" else "https://example.org/some data/a.bed"
    before = os.umask(mask)
    try:
        file = fetch(url, tmp_path / "peaks.bed")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_studies_share_what_was_fetched(server, tmp_path):
    url, folder = f"{server}/data/good.bed", tmp_path / "shared"
    links = [fetch_shared(url, folder, tmp_path / study / "peaks.bed") for study in "ab"]
    assert [link.read_bytes() for link in links] == [CONTENT] * 2
    assert Handler.requests == ["/data/good.bed"]
    file = folder / server.removeprefix("http://") / "data/good.bed"
    assert {link.resolve() for link in links} == {file} and left(file.parent) == ["good.bed"]


def test_another_file_than_the_checksum_asks_for_is_fetched_again(server, tmp_path):
    url, folder = f"{server}/data/good.bed", tmp_path / "shared"
    file = fetch_shared(url, folder, tmp_path / "a.bed").resolve()
    file.write_text("older")
    assert fetch_shared(url, folder, tmp_path / "b.bed", SHA256).read_bytes() == CONTENT
    assert len(Handler.requests) == 2


def test_who_finds_a_file_being_fetched_says_by_whom_and_waits(server, tmp_path, caplog):
    caplog.set_level("INFO")
    url, link = f"{server}/data/good.bed", tmp_path / "link.bed"
    file = tmp_path / "shared" / server.removeprefix("http://") / "data/good.bed"
    held, holder = claim(file.with_name(".good.bed.lock"))
    assert holder == ""
    second = threading.Thread(target=fetch_shared, args=(url, tmp_path / "shared", link))
    second.start()
    second.join(1)
    assert second.is_alive() and not link.exists()
    assert f"{file}: process {os.getpid()} on" in caplog.text and "waits" in caplog.text
    file.write_bytes(CONTENT)
    held.close()  # as the end of the process does, however it ends
    second.join(30)
    assert link.read_bytes() == CONTENT and Handler.requests == []


def test_a_mirror_that_is_no_folder(mirrored, monkeypatch):
    monkeypatch.setenv("CHROMOLENS_MIRROR", str(mirrored / "elsewhere"))
    with pytest.raises(BadInput, match="not a folder"):
        mirror_path("https://example.org/a.bed")


def test_without_a_mirror_there_is_no_path():
    assert mirror_path("https://example.org/a.bed") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/../../etc/passwd",
        "https://example.org/a/%2e%2e/%2E%2E/etc/passwd",
        "https://example.org/a%2f..%2fb",
        "https://example.org/a//b",
        "https://example.org/a/",
        "https://example.org",
        "https://../a.bed",
        "https:///etc/passwd",
        "https://user:word@example.org/a.bed",
        "file:///etc/passwd",
        "s3://bucket/a.bed",
        "/etc/passwd",
    ],
)
def test_urls_that_are_refused(mirrored, tmp_path, url):
    with pytest.raises(BadInput, match="URL|doesn't name a file"):
        fetch(url, tmp_path / "a.bed")
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org/a.bed", True),
        ("ftp://example.org/a.bed", True),
        ("s3://bucket/a.bed", True),
        ("data/a.bed", False),
        ("/data/a.bed", False),
        ("C:\\a.bed", False),
    ],
)
def test_urls_and_paths(text, expected):
    assert is_url(text) is expected
