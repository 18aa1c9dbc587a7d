"""Which code, settings and files made a result; refusing to mix what was made differently."""

import ast
import hashlib
import importlib.metadata
import json
import platform
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from chromolens import __version__, plugins

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parent


def code_digests(folder: str) -> dict[str, str]:
    """Digest of each script in ``folder`` and of all of this package that it imports.

    Snakemake reruns a job when its script changes, not when a module does that the script
    imports; the digest among a rule's parameters makes up for that. Modules are read, not
    imported.
    """
    scripts = sorted((ROOT / folder).glob("*.py"))
    return {script.stem: _digest_code(_closure(script)) for script in scripts}


def plugin_digests(package: str) -> dict[str, str]:
    """Digest of each module of plugin ``package`` and of what it imports."""
    modules = plugins.sources(PACKAGE / package)
    return {name: _digest_code(_closure(module)) for name, module in modules.items()}


def digests_of(models: pd.DataFrame, column: str, package: str) -> dict[str, str]:
    """For each model the digest of the plugin of ``package`` that its ``column`` names."""
    known = plugin_digests(package)
    return {row["model"]: known[row[column]] for row in models.to_dict("records")}


def file_digest(path: str | Path) -> str:
    """sha256 of a file; of a folder, that of its files' names and contents."""
    if Path(path).is_dir():
        inside = sorted(file for file in Path(path).rglob("*") if file.is_file())
        return digest([(str(file.relative_to(path)), file_digest(file)) for file in inside])
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(value: object) -> str:
    """sha256 of anything that JSON can say, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def made_by(code: Iterable[str], content: Iterable[str]) -> dict:
    """What files of scores must share to be joined: digests of code, and of content (files)."""
    return {"code": list(code), "content": [file_digest(path) for path in content]}


def record(
    config: dict, config_files: Sequence[str], inputs: Iterable[str], models: Iterable[str]
) -> dict:
    """What made a study: code, machine, versions, settings, digests of inputs and models."""
    return {
        "chromolens": __version__,
        "commit": commit(),
        "code": _digest_code(frozenset(PACKAGE.rglob("*.py"))),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: importlib.metadata.version(name) for name in _requirements()}
        | _vendored(),
        "config_files": list(config_files),
        "config": config,
        "inputs": {str(path): file_digest(path) for path in inputs},
        "models": {str(path): file_digest(path) for path in models},
    }


@cache
def _closure(module: Path) -> frozenset[Path]:
    """``module``, all modules of this package that it imports, directly or not; templates.

    A package of ``rules`` is loaded by the names of its files: each of them counts as imported.
    """
    found, waiting = {module}, [module]
    while waiting:
        one = waiting.pop()
        loaded = one.parent.glob("*.py") if one.parts[-2:] == ("rules", "__init__.py") else []
        for path in _imports(one).union(loaded) - found:
            found.add(path)
            waiting.append(path)
    templates = {file for path in found for file in path.parent.glob("templates/**/*")}
    return frozenset(found | {file for file in templates if file.is_file()})


@cache
def _imports(module: Path) -> frozenset[Path]:
    names = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(filter(None, map(_source, names)))


def _source(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    candidates = [path.with_suffix(".py"), path / "__init__.py"]
    if name.split(".")[0] != PACKAGE.name:
        return None
    return next((candidate for candidate in candidates if candidate.exists()), None)


def _digest_code(modules: frozenset[Path]) -> str:
    parts = [hashlib.sha256(path.read_bytes()).digest() for path in sorted(modules)]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def commit() -> str:
    """The checkout's commit, with ``+`` where files differ from it; empty without git."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=40", "--dirty=+"]
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return ""
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def _vendored() -> dict[str, str]:
    """Name and version of each program of others that lies in the package, by its file."""
    files = (PACKAGE / "report" / "templates" / "vendor").glob("*.min.js")
    return dict(file.name.removesuffix(".min.js").rsplit("-", 1) for file in files)


def _requirements() -> list[str]:
    """Names of the packages that the lock file pins and that this environment has."""
    lines = (PACKAGE / "requirements.lock").read_text().splitlines()
    names = [line.split("==")[0].strip() for line in lines if "==" in line]
    found = (dist.metadata["Name"] or "" for dist in importlib.metadata.distributions())
    have = {name.lower().replace("_", "-") for name in found}
    return [name for name in names if name.lower().replace("_", "-") in have]
