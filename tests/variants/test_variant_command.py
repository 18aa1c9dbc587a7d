"""``chromolens variant``: studies that can't answer say why."""

import json

import pytest

from chromolens.__main__ import main
from chromolens.models import devices
from tests.indexes import write_index


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"inputs": {"kind": "sequences"}}, "variants are places of a genome"),
        ({"inputs": {"kind": "genome"}, "models": {}}, "made by an earlier version"),
    ],
)
def test_a_study_that_knows_no_variants(tmp_path, capsys, monkeypatch, config, words):
    monkeypatch.setattr(devices, "configure", lambda: None)  # TensorFlow may have started
    write_index(tmp_path)
    (tmp_path / "provenance.json").write_text(json.dumps({"config": config}))
    assert main(["variant", str(tmp_path), "chr1:10:A:C"]) == 2
    assert words in capsys.readouterr().err
