"""Environments solved, made, imported without the host's packages; the small study run in them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from disturbed import same_results
from environments import ENVIRONMENTS, ROOT, VARIANTS, reached_in
from workflows import SMALL, run_snakemake

NAMES = sorted({path.stem for path in ENVIRONMENTS} - VARIANTS.keys())
IMPORT = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
found = {name: importlib.import_module(name) for name in sys.argv[2:]}
# a namespace has no file
print(json.dumps({name: one.__file__ or one.__path__[0] for name, one in found.items()}))
"""


@pytest.fixture(scope="module")
def conda(tmp_path_factory) -> dict[str, str]:
    """Variables of a shell that finds a ``conda`` over a local channel."""
    oracles = Path(os.environ.get("CHROMOLENS_ORACLES", ROOT / ".oracles")).resolve()
    if not (oracles / "rattler").is_dir():
        pytest.skip(f"no py-rattler in {oracles}: make oracles, or set CHROMOLENS_ORACLES")
    root = tmp_path_factory.mktemp("conda")
    (root / "bin").mkdir()
    variables = {"PYTHONPATH": f"{oracles}:{ROOT / 'tests'}:{ROOT}", "CONDA_ROOT": str(root)}
    variables["CHANNEL"] = str(root / "channel")
    build = "import sys, pathlib, channel; channel.build(pathlib.Path(sys.argv[1]))"
    given = os.environ | variables
    given["PYTHONPATH"] += f":{Path(__file__).parent}"
    command = [sys.executable, "-c", build, variables["CHANNEL"]]
    subprocess.run(command, env=given, check=True)
    exports = "".join(f"export {name}='{value}'\n" for name, value in variables.items())
    standin = Path(__file__).with_name("conda.py")
    command = f'#!/bin/sh\n{exports}exec "{sys.executable}" "{standin}" "$@"\n'
    (root / "bin/conda").write_text(command)
    (root / "bin/conda").chmod(0o755)
    (root / "bin/activate").write_text('export CONDA_PREFIX="$1" PATH="$1/bin:$PATH"\n')
    return {"PATH": f"{root}/bin:{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def prefixes(conda, tmp_path_factory) -> dict[str, Path]:
    """Folders of the environments, as Snakemake has them made."""
    folder = tmp_path_factory.mktemp("study")
    run_snakemake(folder, SMALL, "--sdm", "conda", "--conda-create-envs-only", **conda)
    made = {path.read_text(): path for path in (folder / ".snakemake/conda").glob("*.yaml")}
    return {name: made[(ROOT / f"envs/{name}.yaml").read_text()].with_suffix("") for name in NAMES}


def import_in(prefix: Path, *modules: str) -> subprocess.CompletedProcess:
    """Import modules with an environment's Python, isolated; stdout: where each came from."""
    command = [prefix / "bin/python", "-I", "-c", IMPORT, ROOT, *modules]
    return subprocess.run(command, capture_output=True, text=True, cwd=prefix)


@pytest.mark.parametrize("name", NAMES)
def test_all_that_scripts_import_is_there_without_the_host(prefixes, name):
    ours, foreign = reached_in(name)
    ran = import_in(prefixes[name], *sorted(foreign), *sorted(ours))
    assert ran.returncode == 0, ran.stderr
    places = json.loads(ran.stdout.splitlines()[-1])
    assert len(places) == len(ours) + len(foreign)
    for module, place in places.items():
        assert place.startswith(str(ROOT if module in ours else prefixes[name])), module


@pytest.mark.parametrize(("name", "absent"), [("base", "tensorflow"), ("keras", "modiscolite")])
def test_what_an_environment_does_not_name_is_not_there(prefixes, name, absent):
    ran = import_in(prefixes[name], absent)
    assert f"No module named '{absent}'" in ran.stderr


def test_a_version_that_the_channel_lacks_is_refused(conda, tmp_path):
    text = (ROOT / "envs/base.yaml").read_text().replace("scipy=", "scipy=9.")
    (tmp_path / "odd.yaml").write_text(text)
    options = ["--quiet", "--no-default-packages", "--file", tmp_path / "odd.yaml"]
    ran = subprocess.run(
        ["conda", "env", "create", *options, "--prefix", tmp_path / "odd"],
        env=os.environ | conda,
        capture_output=True,
        text=True,
    )
    assert ran.returncode != 0 and "scipy" in ran.stderr


def test_the_small_study_has_the_results_of_one_without_conda(
    conda, prefixes, small_study, tmp_path
):
    run_snakemake(tmp_path, SMALL, "--sdm", "conda", "--nocolor", **conda)
    assert same_results(tmp_path, small_study) > 100
