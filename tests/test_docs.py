"""The documentation says what is there."""

import re
from pathlib import Path

import pytest

from chromolens import architectures, config_docs, plugins
from chromolens.attribution import methods
from chromolens.attribution.deeplift.walk import supported_layers
from chromolens.config import kinds, read_schema

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "config/README.md"]
PAGES += [path for path in (ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md") if path.exists()]


def test_the_table_of_keys_is_that_of_the_schemas():
    # pytest shows the lines that differ; `make docs` writes the page again
    assert config_docs.TARGET.read_text() == config_docs.page()


def keys(schema: dict) -> list[str]:
    parts = list(schema.get("properties", {}).values())
    parts += [part for part in (schema.get("additionalProperties"), schema.get("items")) if part]
    return [*schema.get("properties", {})] + [
        key for part in parts if isinstance(part, dict) for key in keys(part)
    ]


def test_every_key_and_plugin_is_on_the_page():
    text = config_docs.page()
    schemas = [read_schema("study"), *(read_schema(f"inputs.{kind}") for kind in kinds())]
    sections = set(re.findall(r"^## (\w+)", text, re.M))
    named = {word for cell in re.findall(r"^\| `([^`]+)`", text, re.M) for word in cell.split(".")}
    for schema in schemas:
        assert set(keys(schema)) <= named | sections
    for package in (architectures, methods):
        assert set(plugins.names(package)) <= named


def test_every_key_is_described():
    def undescribed(schema: dict, place: str) -> list[str]:
        found = [] if "description" in schema else [place]
        for key, part in schema.get("properties", {}).items():
            found += undescribed(part, f"{place}.{key}")
        return found

    for name in ("study", *(f"inputs.{kind}" for kind in kinds())):
        assert undescribed(read_schema(name), name) == []


def test_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text()
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M)
    for target in ("demo", "test"):
        assert f"make {target}" in text and target in targets


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_and_links_exist(page):
    text = page.read_text()
    targets = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M)
    for target in re.findall(r"`make ([a-z0-9-]+)", text):
        assert target in targets, f"make {target}"
    links = re.findall(r"(?:\]\(|(?:src|href|srcset)=\")([^)#\"\s]+)", text)
    for link in links:
        if not re.match(r"[a-z]+:", link):
            assert (page.parent / link).exists(), link


@pytest.mark.slow
def test_the_python_of_bring_your_own_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs/bring_your_own.md").read_text()
    found: dict = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.S):
        exec(block, found)
    assert abs(found["own"].completeness_error).max() < 0.01
    assert found["result"].target == "abf1_over_reb1"


@pytest.mark.slow
def test_the_python_of_tokens_runs():
    found: dict = {}
    for block in re.findall(r"```python\n(.*?)```", (ROOT / "docs/tokens.md").read_text(), re.S):
        exec(block, found)
    assert found["decisive"] == ["goal", "keeper", "bank", "share", "keeper", "bank"]


def test_the_list_of_layers_is_that_of_the_rules():
    rows = re.findall(r"^\|.*", (ROOT / "docs/layers.md").read_text(), re.M)
    named = re.findall(r"`((?:ops\.)?[A-Z]\w+)`", "".join(rows))
    assert sorted(named) == supported_layers("rescale")
