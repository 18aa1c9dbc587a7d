"""The code stays short: sizes of functions and files, and what rules and scripts may hold."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
RULES = [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
LIBRARY = sorted((ROOT / "chromolens").rglob("*.py"))
MACHINE_PATHS = re.compile(r"/(work|home|root|tmp|Users|mnt)/")


def functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def body_lines(function: ast.FunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_short():
    sizes = {f"{p.name}:{f.name}": body_lines(f) for p in LIBRARY for f in functions(p)}
    assert np.median(list(sizes.values())) <= 8
    assert np.percentile(list(sizes.values()), 90) <= 30
    assert not {name: size for name, size in sizes.items() if size > 60}


def test_files_are_short():
    tests = sorted((ROOT / "tests").rglob("*.py"))
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*LIBRARY, *tests]
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert not long


def test_folders_hold_no_more_than_twenty_modules():
    folders = {path.parent for path in LIBRARY}
    crowded = {
        str(folder.relative_to(ROOT)): number
        for folder in folders
        if (number := len([*folder.glob("*.py")]) - 1) > 20
    }
    assert not crowded


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_introduce_and_the_library_acts(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 30
    tree = ast.parse(text)
    acting = ast.FunctionDef | ast.ClassDef | ast.If | ast.While | ast.Lambda | ast.Try
    assert not [node for node in ast.walk(tree) if isinstance(node, acting)]
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_rules_are_data(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    assert not re.search(r"\blambda\b|^\s+run:|\bdef \b|os\.path|Path\(", text, re.M)


def test_each_rule_has_a_log_an_environment_and_a_script_of_its_name():
    for path in RULES[1:]:
        for name, body in re.findall(
            r"^rule (\w+):\n((?:(?!^rule ).*\n?)*)", path.read_text(), re.M
        ):
            assert f'"../../scripts/{name}.py"' in body, name
            assert "    log:\n" in body and "    conda:\n" in body, name
            assert f"logs/{{study}}/{name}" in body, name


def test_each_script_has_a_rule():
    text = "".join(path.read_text() for path in RULES)
    assert not [path.stem for path in SCRIPTS if f"scripts/{path.name}" not in text]


def public_functions(path: Path) -> list[ast.FunctionDef]:
    """Functions of the module and methods of its public classes."""
    body = ast.parse(path.read_text()).body
    open_classes = [n for n in body if isinstance(n, ast.ClassDef) and n.name[0] != "_"]
    nodes = body + [node for part in open_classes for node in part.body]
    return [n for n in nodes if isinstance(n, ast.FunctionDef) and n.name[0] != "_"]


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_functions_are_annotated_and_explained(path):
    for function in public_functions(path):
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        bare = [a.arg for a in arguments if not a.annotation and a.arg not in ("self", "cls")]
        assert not bare and function.returns is not None, f"{function.name} {bare}"
        assert ast.get_docstring(function), function.name


def test_every_module_says_what_it_is_about():
    for path in [*LIBRARY, *SCRIPTS]:
        assert ast.get_docstring(ast.parse(path.read_text())), path


def test_no_paths_of_one_machine():
    shipped = [*LIBRARY, *SCRIPTS, *RULES, ROOT / "Makefile"]
    for folder in ("config", "profiles", "envs", "workflow/schemas"):
        shipped += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in shipped:
        assert not MACHINE_PATHS.search(path.read_text()), path
