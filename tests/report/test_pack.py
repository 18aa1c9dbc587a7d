"""The pages of a study in one file: all of them, at their places, always with the same bytes."""

import os
from zipfile import ZipFile

from chromolens.report.pack import pack


def test_pages_lie_where_their_links_look_and_times_change_nothing(tmp_path):
    pages = {"report/index.html": "a", "report/motifs/m.html": "b" * 10_000}
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    files = [tmp_path / name for name in pages]
    pack(files, tmp_path, tmp_path / "one.zip")
    with ZipFile(tmp_path / "one.zip") as packed:
        assert {name: packed.read(name).decode() for name in packed.namelist()} == pages
    assert (tmp_path / "one.zip").stat().st_size < 1000
    os.utime(files[0], (0, 10**9))
    pack(files[::-1], tmp_path, tmp_path / "other.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
