"""The version stands in chromolens/__init__.py; what must repeat it says the same."""

import re
import tomllib
from pathlib import Path

import yaml

from chromolens import __version__

ROOT = Path(__file__).parents[1]


def test_the_version_stands_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in project["project"] and project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {
        "attr": "chromolens.__version__"
    }
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_the_citation_has_it_and_a_date_only_if_it_is_released():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == __version__
    needed = {"cff-version", "message", "title", "authors", "version", "license"}
    assert needed <= citation.keys()
    released = f"## {__version__}, unreleased" not in (ROOT / "CHANGELOG.md").read_text()
    assert ("date-released" in citation) == released


def test_the_changes_begin_with_it():
    sections = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert re.fullmatch(rf"{re.escape(__version__)}, (unreleased|\d{{4}}-\d\d-\d\d)", sections[0])
