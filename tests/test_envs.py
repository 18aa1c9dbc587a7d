"""Environments: the lock file's versions, and all that the scripts import."""

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from chromolens import plugins

ROOT = Path(__file__).parent.parent
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
RULES = sorted((ROOT / "workflow/rules").glob("*.smk"))
METHODS = "attribution/methods"
PLUGINS = {"attribute": METHODS, "explain_windows": METHODS, "train": "architectures"}
PLUGINS |= {"prepare_inputs": "inputs"}
OPENS = "chromolens.inputs.batches.open_inputs"  # which imports the kind that it is asked for


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return {
        normal(name): version for name, version in (line.split("==") for line in lines if line)
    }


def pinned(path: Path) -> dict[str, str]:
    parts = yaml.safe_load(path.read_text())["dependencies"]
    lines = next(part["pip"] for part in parts if isinstance(part, dict))
    return {normal(name): version for name, version in (line.split("==") for line in lines)}


@cache
def imports(path: Path) -> frozenset[str]:
    """Names that a file imports, but for type checkers only.

    Inside functions other packages count, our own modules don't: those imports are there for
    callers that need more than what the importing module says it needs.
    """
    names, tree = set(), ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        new = set()
        if isinstance(node, ast.Import):
            new = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            new = {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        top = node in tree.body
        names |= {name for name in new if top or name.split(".")[0] != "chromolens"}
    return frozenset(names)


def source(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def third_party(script: Path) -> set[str]:
    """Top-level modules of other packages that a script reaches."""
    waiting, seen, found = [script], set(), set()
    if script.stem in PLUGINS:
        waiting += plugins.sources(ROOT / "chromolens" / PLUGINS[script.stem]).values()
    if OPENS in imports(script):
        waiting += (ROOT / "chromolens/inputs").glob("*/windows.py")
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in imports(path):
            top = name.split(".")[0]
            if top == "chromolens":
                waiting += filter(None, [source(name)])
            elif top not in sys.stdlib_module_names:
                found.add(top)
    return found


def uses() -> list[tuple[str, str]]:
    """(script, environment) of every rule."""
    text = "".join(path.read_text() for path in RULES)
    pattern = r'envs/(\w+)\.yaml"(?:(?!\nrule )[\s\S])*?scripts/(\w+)\.py"'
    return sorted({(script, env) for env, script in re.findall(pattern, text)})


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_pins_are_those_of_the_lock_file(path):
    versions = locked()
    for name, version in pinned(path).items():
        assert versions.get(name) == version, name


def test_every_rule_was_found():
    assert len(uses()) == sum(path.read_text().count("\nrule ") for path in RULES)


@pytest.mark.parametrize(("script", "environment"), uses())
def test_an_environment_names_what_its_scripts_import(script, environment):
    has = set(pinned(ROOT / "envs" / f"{environment}.yaml"))
    distributions = packages_distributions()
    # dependencies of what is pinned
    comes_with = {"keras": "tensorflow", "markupsafe": "jinja2", "numba": "memelite"}
    for module in third_party(ROOT / "scripts" / f"{script}.py"):
        names = {normal(name) for name in distributions[module]}
        names |= {comes_with[name] for name in names & comes_with.keys()}
        assert names & has, f"{script}: {module} is not in envs/{environment}.yaml"
