"""What a caller meets: the names at the door, and the package outside a checkout."""

import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from workflows import ROOT

import chromolens
from chromolens.sis.search.collection import Subsets


def test_the_door_shows_its_names_and_opens():
    assert set(chromolens.__all__) <= set(dir(chromolens))
    for name in chromolens.__all__:
        assert getattr(chromolens, name).__name__ == name
        assert name in vars(chromolens)  # found once
        assert f"``{name}``" in chromolens.__doc__
    with pytest.raises(AttributeError, match="atribute"):
        chromolens.atribute  # noqa: B018


def test_a_result_is_shown_in_a_line():
    numbers = np.zeros(2, np.float32)
    result = chromolens.Result(
        np.zeros((2, 7)), np.zeros((2, 7, 4)), *[numbers] * 3, target="logit"
    )
    shown = "<Result: contributions and hypothetical of 2 inputs of length 7, target 'logit'>"
    assert repr(result) == shown


def test_other_answers_are_shown_in_a_line_too():
    lists = "subsets a list of 1, values a list of 1, without_one a list of 1"
    subsets = Subsets([np.arange(9)], [1.0], [0.5], 0.25)
    assert repr(subsets) == f"<Subsets: {lists}, rest_value 0.25>"
    audit = chromolens.Audit(pd.DataFrame({"measure": range(300)}), pd.DataFrame())
    assert repr(audit) == "<Audit: numbers a table of 300 rows, profile a table of 0 rows>"


@pytest.mark.slow
def test_an_installed_wheel_reads_a_config_and_names_its_versions(tmp_path):
    source = tmp_path / "source"  # building leaves files where it is done
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.lock"):
        shutil.copy(ROOT / name, source)
    for name in ("chromolens", "workflow"):
        shutil.copytree(ROOT / name, source / name, symlinks=True)
    run = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheel = [*run, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source]
    subprocess.run(wheel, check=True, cwd=tmp_path)
    (built,) = tmp_path.glob("chromolens-*.whl")
    site = tmp_path / "site"
    subprocess.run([*run, "install", "--no-deps", "--target", site, built], check=True)
    code = (
        "import yaml, chromolens; from chromolens import config, provenance;"
        f"file = {str(ROOT / 'config/config.yaml')!r};"
        "done = config.complete(yaml.safe_load(open(file)), [file]);"
        "made = provenance.record(done, [], [], []);"
        "print(chromolens.__file__, done['study'], made['packages']['numpy'])"
    )
    answer = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split() == [str(site / "chromolens/__init__.py"), "demo", np.__version__]
