"""Plugins are found and checked by reading them, never by importing them."""

from types import ModuleType

import pytest

from chromolens import architectures, inputs, plugins
from chromolens.attribution import methods
from chromolens.errors import BadInput


@pytest.fixture
def package(tmp_path) -> ModuleType:
    """Plugins that can't be imported, two files and a folder, and what is none beside them."""
    broken = "raise ImportError\n"
    (tmp_path / "one.py").write_text(broken + "def act(x, *, steps: int, seed=0, **more): ...\n")
    (tmp_path / "two.py").write_text(broken + "def act(x): ...\n")
    (tmp_path / "helper.py").write_text("def other(): ...\nclass A:\n    def act(self): ...\n")
    (tmp_path / "_private.py").write_text("def act(x): ...\n")
    for name in ("folder", "_hidden", "empty"):
        (tmp_path / name).mkdir()
    inside = broken + "PILOT = {'a': 1}\ndef act(x, *, width): ...\n"
    (tmp_path / "folder/__init__.py").write_text(inside)
    (tmp_path / "folder/part.py").write_text("def act(x): ...\n")
    (tmp_path / "_hidden/__init__.py").write_text(inside)
    (tmp_path / "empty/part.py").write_text(inside)
    module = ModuleType("kinds.of")
    module.__path__, module.ENTRY, module.KIND = [str(tmp_path)], "act", "act"
    return module


def test_modules_with_the_entry_are_plugins(package):
    assert plugins.names(package) == ["folder", "one", "two"]


def test_settings_are_the_keyword_only_arguments(package):
    assert plugins.settings(package, "one") == ["steps", "seed"]
    assert plugins.settings(package, "two") == []
    assert plugins.settings(package, "folder") == ["width"]


def test_a_constant_is_read_wherever_the_plugin_stands(package):
    assert plugins.constant(package, "folder", "PILOT", {}) == {"a": 1}
    assert plugins.constant(package, "one", "PILOT", {}) == {}


def test_a_constant_of_several_statements_is_refused(package, tmp_path):
    with open(tmp_path / "two.py", "a") as file:
        file.write("NEEDS = ('a',)\nNEEDS += ('b',)\n")
    with pytest.raises(BadInput, match="NEEDS grows(.|\n)*two.py"):
        plugins.constant(package, "two", "NEEDS", ())


def test_an_unknown_plugin_or_setting_is_refused_with_the_nearest(package):
    with pytest.raises(BadInput, match="no act named 'tow'; did you mean 'two'(.|\n)*here"):
        plugins.check(package, "tow", "here")
    with pytest.raises(BadInput, match="no setting of one named 'step'; did you mean 'steps'"):
        plugins.check_settings(package, "one", ["seed", "step"])
    with pytest.raises(BadInput, match="it takes none"):
        plugins.check_settings(package, "two", ["seed"])
    with pytest.raises(BadInput, match="named 'seed'"):
        plugins.check_settings(package, "one", ["seed"], elsewhere=["seed"])
    plugins.check_settings(package, "one", ["seed", "steps"])


def test_what_must_be_given_and_the_fields_of_a_dataclass(tmp_path):
    file = tmp_path / "module.py"
    file.write_text(
        "def make(a, *, b, c=1, d): ...\nclass S:\n    'doc'\n    x: int = 1\n    y: str = ''\n"
    )
    assert plugins.keywords(file, "make") == ["b", "c", "d"]
    assert plugins.required_keywords(file, "make") == ["b", "d"]
    assert plugins.fields(file, "S") == ["x", "y"]


@pytest.mark.parametrize("package", [architectures, methods, inputs], ids=lambda p: p.__name__)
def test_reading_says_what_importing_would(package):
    import inspect

    assert plugins.names(package)
    for name in plugins.names(package):
        parameters = inspect.signature(plugins.load(package, name)).parameters.values()
        own = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
        assert plugins.settings(package, name) == own
