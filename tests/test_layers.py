"""Modules import only from layers to their left, and planning is light."""

import ast
import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "chromolens"
LAYERS = [
    "genome", "inputs", "architectures", "models", "attribution",
    "views", "tracks", "motifs", "sis", "checks", "markers", "experiments", "study", "variants",
    "report",
]  # fmt: skip
BASE = {"errors", "kernels", "plugins", "scores", "tables", "texts", "runlog", "provenance"}
BASE |= {"ties", "brief"}
# Above all layers: they read the config, or a finished study.
TOP = {
    "reproduce",
    "commands",
    "console",
    "config",
    "planning",
    "config_file",
    "config_docs",
    "explain",
    "__main__",
    "__init__",
    "export",
    "serve",
}
WITH_TENSORFLOW = {"architectures", "models", "attribution", "views", "sis", "checks"}
WITH_TENSORFLOW |= {"experiments"}
PLANNING = ["config", "planning.sources", "planning.divide", "planning.plan"]
PLANNING += ["planning.machine.disk"]
PLANNING += ["planning.preflight", "planning.machine.interpreter", "planning.results"]
PLANNING += ["planning.overview", "planning.times", "plugins", "provenance", "study"]
PLANNING += ["planning.experiments", "planning.rows", "planning.machine.queues"]
PLANNING += ["console.run", "console.found", "commands.check", "commands.run", "commands.init"]


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """Full names of all modules that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports are not seen by code digests"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_every_module_stands_in_a_known_place():
    assert {layer(path) for path in modules()} == {*LAYERS, *BASE, *TOP}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_leftwards(path):
    own = layer(path)
    allowed = {
        **{name: {*BASE, *LAYERS[: i + 1]} for i, name in enumerate(LAYERS)},
        **dict.fromkeys(BASE, BASE),
        **dict.fromkeys(TOP, {*BASE, *LAYERS, *TOP}),
    }[own]
    for name in imported(path):
        first, *rest = name.split(".")
        if first == "chromolens" and rest and rest[0] != "__version__":
            assert rest[0] in allowed, f"{own} imports {name}"


BY_HAND = sorted([*ROOT.glob("benchmarks/**/*.py"), *ROOT.glob("docs/*.py")])


@pytest.mark.parametrize("path", BY_HAND, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_benchmarks_import_is_there(path):
    """They run by hand, rarely; a name that moves must not break them unseen."""
    for name in imported(path):
        home, _, last = name.rpartition(".")
        if home.startswith("chromolens"):
            found = importlib.import_module(home)
            assert hasattr(found, last) or importlib.util.find_spec(name), name


def test_tensorflow_stays_in_its_layers():
    for path in modules():
        heavy = {name.split(".")[0] for name in imported(path)} & {"tensorflow", "keras"}
        assert not heavy or layer(path) in WITH_TENSORFLOW, path


def test_nothing_knows_snakemake_or_the_layout_of_results():
    for path in modules():
        assert "snakemake" not in {name.split(".")[0] for name in imported(path)}, path
        texts = [
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        # docstrings, help and messages may speak of results/; no string may begin a path there
        assert not [text for text in texts if text.startswith("results/")], path


def test_planning_imports_nothing_heavy():
    names = ", ".join(f"chromolens.{name}" for name in PLANNING)
    heavy = "tensorflow keras pysam pyBigWig modiscolite sklearn matplotlib scipy h5py".split()
    code = f"import sys, {names}; print([n for n in {heavy} if n in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def private_names(path: Path) -> set[str]:
    """Private members that a module asks of others than itself, and modules of Keras' own."""
    own, found = set(), set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr[0] == "_" and node.attr[:2] != "__":
            of_itself = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            (own if of_itself else found).add(node.attr)
        elif isinstance(node, ast.FunctionDef):
            own.add(node.name)
        elif isinstance(node, ast.Constant) and "keras.src" in str(node.value):
            found.add("keras.src")
    found |= {name for name in imported(path) if name.startswith("keras.src")}
    return found - own - {"_fields"}  # of named tuples


def test_one_module_touches_the_private_names_of_keras():
    graph, attention = "models/graph.py", "attribution/deeplift/rules/attention.py"
    found = {str(path.relative_to(PACKAGE)): private_names(path) for path in modules()}
    # an attention layer's own parts have no other names; they say nothing of the graph
    parts = found.pop(attention)
    assert parts and not parts & found[graph]
    assert {path for path, names in found.items() if names} == {graph}
