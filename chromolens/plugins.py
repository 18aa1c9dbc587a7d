"""Plugins are files: a module's name is its name in the config.

A plugin package (``architectures``, ``attribution.methods``, ``inputs``) offers one function per
module (a file, or a folder of its own), named by the package's ``ENTRY`` (``KIND`` is its word in
errors); the keyword-only arguments are its settings. They are read from the source, not by
importing it, so that a dry run on a login node without TensorFlow still rejects a misspelt
setting.
"""

import ast
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from chromolens.errors import BadInput, nearest


def names(package: ModuleType) -> list[str]:
    """Names of all plugins in ``package``: the modules that define its entry."""
    found = sources(package.__path__[0])
    return [name for name, file in found.items() if _entry(file, package.ENTRY) is not None]


def sources(folder: str | Path) -> dict[str, Path]:
    """Name -> source of each module in ``folder``: ``NAME.py``, or a folder's ``__init__.py``."""
    files = {file.stem: file for file in Path(folder).glob("[!_]*.py")}
    folders = {file.parent.name: file for file in Path(folder).glob("[!_]*/__init__.py")}
    return dict(sorted({**files, **folders}.items()))


def load(package: ModuleType, name: str) -> Callable:
    """Import plugin ``name`` and return its function."""
    check(package, name)
    return getattr(import_module(f"{package.__name__}.{name}"), package.ENTRY)


def settings(package: ModuleType, name: str) -> list[str]:
    """Settings that plugin ``name`` takes, in the order of its signature."""
    check(package, name)
    return keywords(sources(package.__path__[0])[name], package.ENTRY)


def keywords(file: Path, function: str) -> list[str]:
    """Keyword-only arguments of ``function`` in the source ``file``, in their order."""
    return [argument.arg for argument in _arguments(file, function).kwonlyargs]


def required_keywords(file: Path, function: str) -> list[str]:
    """Those of ``keywords`` that have no default."""
    arguments = _arguments(file, function)
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [argument.arg for argument, default in pairs if default is None]


def fields(file: Path, dataclass: str) -> list[str]:
    """Names of the fields of ``dataclass`` in the source ``file``, in their order."""
    found = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef)]
    body = next(node.body for node in found if node.name == dataclass)
    return [ast.unparse(node.target) for node in body if isinstance(node, ast.AnnAssign)]


def constant(package: ModuleType, name: str, constant: str, default: object) -> object:
    """The literal that plugin ``name`` assigns to ``constant``; ``default`` where it doesn't.

    BadInput where it is put together of several statements, which are read, not run.
    """
    check(package, name)
    found = default
    path = sources(package.__path__[0])[name]
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == constant:
            found = ast.literal_eval(node.value)
        elif isinstance(node, ast.AugAssign) and getattr(node.target, "id", None) == constant:
            raise BadInput(f"{constant} grows", expected="one literal", where=str(path))
    return found


def check(package: ModuleType, name: str, where: str = "") -> None:
    """Raise BadInput unless ``package`` has a plugin ``name``."""
    check_one(name, names(package), package.KIND, where)


def check_settings(
    package: ModuleType,
    name: str,
    given: Iterable[str],
    where: str = "",
    elsewhere: Sequence[str] = (),
) -> None:
    """Raise BadInput at the first of ``given`` that plugin ``name`` does not take.

    ``elsewhere``: settings that it takes, but that the config says in another place.
    """
    known = [setting for setting in settings(package, name) if setting not in elsewhere]
    for setting in given:
        check_one(setting, known, f"setting of {name}", where)


def check_one(name: str, known: Sequence[str], what: str, where: str) -> None:
    """Raise BadInput, with the nearest spelling, unless ``name`` is one of ``known``."""
    if name not in known:
        raise BadInput(
            f"there is no {what} named {name!r}{nearest(name, known)}",
            expected=f"one of {', '.join(known)}" if known else f"no {what}: it takes none",
            where=where,
        )


def _entry(file: Path, entry: str) -> ast.FunctionDef | None:
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name == entry:
            return node
    return None


def _arguments(file: Path, function: str) -> ast.arguments:
    entry = _entry(file, function)
    if entry is None:
        raise BadInput(f"there is no function {function!r}", where=str(file))
    return entry.args
