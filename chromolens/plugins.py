"""Plugins are files: a module's name is its name in the config.

A plugin package (``architectures``, ``attribution``, ``checks``, ``inputs``) offers one function per
module, named by the package's ``ENTRY``; its keyword-only arguments are its settings. They are
read from the source, not by importing it, so that a dry run on a login node without
TensorFlow still rejects a misspelt setting.
"""

import ast
import difflib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from chromolens.errors import BadInput


def names(package: ModuleType) -> list[str]:
    """Names of all plugins in ``package``: the modules that define its entry."""
    files = sorted(Path(package.__path__[0]).glob("[!_]*.py"))
    return [file.stem for file in files if _entry(file, package.ENTRY) is not None]


def load(package: ModuleType, name: str) -> Callable:
    """Import plugin ``name`` and return its function."""
    check(package, name)
    return getattr(import_module(f"{package.__name__}.{name}"), package.ENTRY)


def settings(package: ModuleType, name: str) -> list[str]:
    """Settings that plugin ``name`` takes, in the order of its signature."""
    check(package, name)
    entry = _entry(Path(package.__path__[0], f"{name}.py"), package.ENTRY)
    return [argument.arg for argument in entry.args.kwonlyargs]


def check(package: ModuleType, name: str, where: str = "") -> None:
    """Raise BadInput unless ``package`` has a plugin ``name``."""
    _check_one(name, names(package), f"{package.__name__.split('.')[-1]} plugin", where)


def check_settings(package: ModuleType, name: str, given: list[str], where: str = "") -> None:
    """Raise BadInput at the first of ``given`` that plugin ``name`` does not take."""
    known = settings(package, name)
    for setting in given:
        _check_one(setting, known, f"setting of {name}", where)


def _check_one(name: str, known: list[str], what: str, where: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    raise BadInput(
        f"there is no {what} named {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        expected=f"one of {', '.join(known)}",
        where=where,
    )


def _entry(file: Path, entry: str) -> ast.FunctionDef | None:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name == entry:
            return node
    return None
