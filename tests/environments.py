"""What the environments of jobs name (envs/*.yaml), and what the scripts of rules import."""

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import yaml

from chromolens import plugins

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))
VARIANTS = {"keras-gpu": "keras"}  # not named by rules: takes another one's place
RULES = sorted((ROOT / "workflow/rules").glob("*.smk"))
METHODS = "attribution/methods"
PLUGINS = {"attribute": METHODS, "explain_windows": METHODS, "train": "architectures"}
PLUGINS |= {"prepare_inputs": "inputs"}
OPENS = "chromolens.inputs.batches.open_inputs"  # which imports the kind that it is asked for


def normal(name: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    """Versions in the lock file."""
    lines = (ROOT / "requirements.lock").read_text().split()
    return {normal(name): version for name, version in (line.split("==") for line in lines)}


def pinned(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Versions that an environment takes from conda's channels, and those through pip."""
    parts = yaml.safe_load(path.read_text())["dependencies"]
    lines = [part for part in parts if isinstance(part, str) and not part.startswith("python=")]
    conda = dict(line.split("=") for line in lines if line != "pip")
    through_pip = next(part["pip"] for part in parts if isinstance(part, dict))
    pip = dict(line.split("==") for line in through_pip)
    return (
        {normal(name): version for name, version in conda.items()},
        {normal(name): version for name, version in pip.items()},
    )


def names(path: Path) -> set[str]:
    """All packages that an environment names."""
    conda, pip = pinned(path)
    return conda.keys() | pip.keys()


@cache
def imports(path: Path) -> frozenset[str]:
    """Names that a file imports, but for type checkers only.

    Inside functions other packages count, our own modules don't: those imports are there for
    callers that need more than what the importing module says it needs.
    """
    found, tree = set(), ast.parse(path.read_text())
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
        found |= {name for name in new if top or name.split(".")[0] != "chromolens"}
    return frozenset(found)


def source(name: str) -> Path | None:
    """The file of one of our modules; None for what is no module."""
    path = ROOT.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


@cache
def reached(script: str) -> tuple[set[str], set[str]]:
    """Modules of ours that a rule's script imports, directly or not; those of other packages."""
    waiting = [ROOT / "scripts" / f"{script}.py"]
    if OPENS in imports(waiting[0]):
        waiting += (ROOT / "chromolens/inputs").glob("*/windows.py")
    if script in PLUGINS:
        waiting += plugins.sources(ROOT / "chromolens" / PLUGINS[script]).values()
    seen, foreign = set(), set()
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
                foreign.add(top)
    ours = {path.relative_to(ROOT).with_suffix("") for path in seen if "scripts" not in path.parts}
    return {".".join(path.parts).removesuffix(".__init__") for path in ours}, foreign


def uses() -> list[tuple[str, str]]:
    """(script, environment) of every rule."""
    text = "".join(path.read_text() for path in RULES)
    pattern = r'envs/(\w+)\.yaml"(?:(?!\nrule )[\s\S])*?scripts/(\w+)\.py"'
    return sorted({(script, env) for env, script in re.findall(pattern, text)})


def reached_in(environment: str) -> tuple[set[str], set[str]]:
    """As ``reached``, of all scripts that run in an environment."""
    own = VARIANTS.get(environment, environment)
    both = [reached(script) for script, env in uses() if env == own]
    ours, foreign = zip(*both, strict=True)
    return set().union(*ours), set().union(*foreign)


distributions = cache(packages_distributions)


def package_of(module: str) -> set[str]:
    """The packages that a module of others may come from."""
    return {normal(name) for name in distributions()[module]}
