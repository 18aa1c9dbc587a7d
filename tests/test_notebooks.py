"""The notebooks run as they stand, and what they say is true."""

import re

import numpy as np
import pytest
from matplotlib import pyplot as plt
from workflows import ROOT


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def run(name: str) -> dict:
    """What the names of a notebook stand for at its end."""
    path, found = ROOT / f"docs/notebooks/{name}.py", {}
    exec(compile(path.read_text(), path, "exec"), found)
    return found


def test_a_finished_study_becomes_a_figure(small_study, tmp_path, monkeypatch):
    monkeypatch.setenv("STUDY", str(small_study / "results/small"))
    monkeypatch.setenv("OUTPUT", str(tmp_path))
    found = run("study")
    assert (tmp_path / "locus.svg").read_text().rstrip().endswith("</svg>")
    # the network at hand never saw the sequence, and gives the prediction that the study has of it
    assert found["result"].values[0] == pytest.approx(found["best"][found["task"]], abs=1e-4)
    variants = found["variants"]
    assert len(variants) == 3 and variants["effect"].is_monotonic_increasing
    assert not (variants["ref"] == variants["alt"]).any()


@pytest.mark.slow
def test_a_model_without_a_study_is_explained():
    found = run("own_model")
    best, letters = found["best"], found["table"]["sequence"][found["best"]]
    (site,) = re.finditer("TGACTCA|TGAGTCA", letters)
    for result in found["results"].values():
        share = np.abs(result.contributions[best])
        assert share[site.start() : site.end()].sum() > share.sum() / 2
    complete = found["results"]["deeplift_rescale"]
    assert np.abs(complete.completeness_error).max() < 1e-3
    (positions,) = found["found"].subsets
    inside = (positions >= site.start()) & (positions < site.end())
    assert inside.mean() > 0.5 and found["found"].values[0] >= found["threshold"]
