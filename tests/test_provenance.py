"""Digests see every change that can change a result; records name what made a study."""

import hashlib
import json

import pandas as pd
import pytest

from chromolens import provenance


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small package: a script imports a, a imports b inside a function; c stands alone."""
    package = tmp_path / "chromolens"
    for folder in ("kinds", "page/templates", "rules"):
        (package / folder).mkdir(parents=True)
    files = {
        "__init__.py": "",
        "a.py": "import os\n\n\ndef f():\n    from chromolens import b\n",
        "b.py": "B = 1\n",
        "c.py": "C = 1\n",
        "kinds/__init__.py": "ENTRY = 'act'\n",
        "kinds/one.py": "from chromolens.c import C\n",
        "kinds/two.py": "T = 2\n",
        "page/__init__.py": "",
        "rules/__init__.py": "",
        "rules/one.py": "from chromolens.c import C\n",
        "page/write.py": "W = 1\n",
        "page/templates/page.html": "<p>",
    }
    for name, text in files.items():
        (package / name).write_text(text)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/uses_a.py").write_text("from chromolens.a import f\n")
    (tmp_path / "scripts/writes.py").write_text("import chromolens.page.write\n")
    (tmp_path / "scripts/loads.py").write_text("from chromolens import rules\n")
    monkeypatch.setattr(provenance, "PACKAGE", package)
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    yield package
    provenance._closure.cache_clear()
    provenance._imports.cache_clear()


def changed(checkout, name: str, before: dict) -> set[str]:
    """Scripts and plugins whose digest changes with a line added to ``name``."""
    file = checkout / name
    old = file.read_text()
    file.write_text(old + "# edited\n")
    after = digests()
    file.write_text(old)
    return {key for key in after if after[key] != before[key]}


def digests() -> dict:
    provenance._closure.cache_clear()
    provenance._imports.cache_clear()
    return provenance.code_digests("scripts") | provenance.plugin_digests("kinds")


def test_an_edit_changes_the_digest_of_what_imports_it(checkout):
    before = digests()
    assert digests() == before
    assert changed(checkout, "a.py", before) == {"uses_a"}
    assert changed(checkout, "b.py", before) == {"uses_a"}  # imported inside a function
    assert changed(checkout, "c.py", before) == {"one", "loads"}
    assert changed(checkout, "rules/one.py", before) == {"loads"}  # by the names of its files
    assert changed(checkout, "kinds/two.py", before) == {"two"}
    assert changed(checkout, "page/templates/page.html", before) == {"writes"}
    assert changed(checkout, "../scripts/writes.py", before) == {"writes"}


def test_a_model_has_the_digest_of_its_own_plugin(checkout):
    models = pd.DataFrame({"model": ["m", "n"], "architecture": ["two", "one"]})
    known = provenance.plugin_digests("kinds")
    found = provenance.digests_of(models, "architecture", "kinds")
    assert found == {"m": known["two"], "n": known["one"]}


def test_every_real_script_has_a_digest_of_its_own():
    found = provenance.code_digests("scripts")
    assert set(found) == {path.stem for path in (provenance.ROOT / "scripts").glob("*.py")}
    assert len(set(found.values())) == len(found)


def test_digests_of_files_and_folders(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"abc")
    assert provenance.file_digest(tmp_path / "a.txt") == hashlib.sha256(b"abc").hexdigest()
    first = provenance.file_digest(tmp_path)
    (tmp_path / "b.txt").write_bytes(b"")
    second = provenance.file_digest(tmp_path)
    (tmp_path / "b.txt").rename(tmp_path / "c.txt")
    assert len({first, second, provenance.file_digest(tmp_path)}) == 3


def test_digest_ignores_the_order_of_keys_only():
    assert provenance.digest({"a": 1, "b": [1, 2]}) == provenance.digest({"b": [1, 2], "a": 1})
    assert provenance.digest({"a": [1, 2]}) != provenance.digest({"a": [2, 1]})


def test_the_record_names_what_made_the_study(tmp_path):
    for name in ("genome.fa", "fold0.keras"):
        (tmp_path / name).write_text(name)
    files = [str(tmp_path / "genome.fa")], [str(tmp_path / "fold0.keras")]
    made = json.loads(json.dumps(provenance.record({"study": "s", "seed": 3}, ["s.yaml"], *files)))
    assert made["config"] == {"study": "s", "seed": 3}
    assert made["inputs"] == {files[0][0]: hashlib.sha256(b"genome.fa").hexdigest()}
    assert made["models"] == {files[1][0]: hashlib.sha256(b"fold0.keras").hexdigest()}
    assert made["packages"]["numpy"] == __import__("numpy").__version__
    assert {"chromolens", "commit", "code", "python", "platform"} <= made.keys()


def test_a_checkout_without_git_has_no_commit(checkout):
    assert provenance.commit() == ""
