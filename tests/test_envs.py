"""Environments: the lock file's versions, and all that the scripts import, and no more."""

import csv
import re
import tomllib
from fnmatch import fnmatch
from importlib.metadata import requires

import pytest
import yaml
from environments import (
    ENVIRONMENTS,
    ROOT,
    RULES,
    VARIANTS,
    locked,
    names,
    normal,
    package_of,
    pinned,
    reached,
    reached_in,
    uses,
)
from packaging.requirements import Requirement

each = pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)


@each
def test_pins_are_those_of_the_lock_file(path):
    versions = locked()
    for pins in pinned(path):
        for name, version in pins.items():
            assert versions.get(name, version) == version, name
    unknown = names(path) - versions.keys()
    assert all(name.startswith("nvidia-") for name in unknown), unknown


@each
def test_files_are_what_conda_reads(path):
    environment = yaml.safe_load(path.read_text())
    assert set(environment) == {"channels", "dependencies"}
    assert environment["channels"] == ["conda-forge", "bioconda", "nodefaults"]
    assert {"python=3.11", "pip"} <= {str(part) for part in environment["dependencies"]}
    conda, pip = pinned(path)
    assert not conda.keys() & pip.keys()


def test_packages_through_pip_have_a_reason():
    with open(ROOT / "envs/pip.tsv", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        reasons = {normal(row["package"]): row["why"] for row in rows}
    through_pip = {name for path in ENVIRONMENTS for name in pinned(path)[1]}
    matches = {name: [p for p in reasons if fnmatch(name, p)] for name in through_pip}
    assert all(len(found) == 1 for found in matches.values()), matches
    assert {found[0] for found in matches.values()} == reasons.keys()
    assert all(reasons.values())


def test_every_rule_was_found():
    assert len(uses()) == sum(path.read_text().count("\nrule ") for path in RULES)
    assert {env for _, env in uses()} == {path.stem for path in ENVIRONMENTS} - VARIANTS.keys()


@pytest.mark.parametrize(("script", "environment"), uses())
def test_an_environment_names_what_its_scripts_import(script, environment):
    named = names(ROOT / "envs" / f"{environment}.yaml")
    for module in reached(script)[1]:
        assert package_of(module) & named, f"{module} is not in envs/{environment}.yaml"


@each
def test_an_environment_names_nothing_else(path):
    used = set().union(*map(package_of, reached_in(path.stem)[1]))
    used |= {"leidenalg", "igraph"} if "modisco-lite" in used else set()  # decide its clusters
    named = names(path)
    assert {name for name in named if not name.startswith("nvidia-")} <= used


@pytest.mark.parametrize(("variant", "name"), VARIANTS.items())
def test_the_variant_for_gpus_is_the_other_and_what_tensorflow_asks_for(variant, name):
    (conda, pip), (other_conda, other_pip) = (
        pinned(ROOT / "envs" / f"{one}.yaml") for one in (variant, name)
    )
    asked = [Requirement(line) for line in requires("tensorflow") if "and-cuda" in line]
    cuda = {normal(one.name): one.specifier for one in asked}
    assert conda == other_conda
    assert pip.keys() == other_pip.keys() | cuda.keys()
    assert all(pip[name] == version for name, version in other_pip.items())
    assert all(specifier.contains(pip[name]) for name, specifier in cuda.items())


def test_pythons_are_said_alike():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.14"
    prefix = "Programming Language :: Python :: "
    versions = [line.removeprefix(prefix) for line in project["classifiers"] if prefix in line]
    assert versions == ["3.11", "3.12", "3.13"]
    said = re.search(r"Python (3\.11), (3\.12) or (3\.13)", (ROOT / "README.md").read_text())
    assert list(said.groups()) == versions


@pytest.mark.parametrize("name", ["Dockerfile", "apptainer.def"])
def test_images_install_the_lock_file_and_what_the_workflow_reads(name):
    text = (ROOT / "envs" / name).read_text()
    assert "--requirement /chromolens/requirements.lock" in text
    assert re.search(r"python:3\.11-slim$", text, re.M)
    copied = re.findall(r"^ +(\S+) /chromolens/$", text, re.M)
    needed = ["Snakefile", "pyproject.toml", "README.md", "requirements.lock", "chromolens"]
    needed += ["config", "envs", "profiles", "scripts", "workflow"]
    needed += ["snakemake_logger_plugin_chromolens"]
    if "COPY . /chromolens" in text:
        ignored = (ROOT / ".dockerignore").read_text().split()
        assert not set(needed) & set(ignored)
    else:
        assert sorted(copied) == sorted(needed)
