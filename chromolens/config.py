"""A study's config: read against closed schemas, completed with defaults, paths made plain.

A key is declared once, in ``workflow/schemas``, with its description and default. Nothing
here is slow or needs TensorFlow: a dry run on a login node checks everything.
"""

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jsonschema
import yaml

from chromolens.config_file import read_config_file
from chromolens.errors import BadInput, absent, describe, nearest

SCHEMAS = Path(__file__).parent / "schemas"
"""A link to ``workflow/schemas``, so that an installed package has them too."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_LARGEST = 2**63
_LONGEST = 255  # bytes of a file's name
_FILE_KEYS = ("url", "sha256", "md5")
_DIGESTS = {"sha256": 64, "md5": 32}  # hexadecimal digits
_PAIR = {"architecture", "weights"}
_FOLD = re.compile(r"fold\d+")


def complete(config: dict, files: list[str]) -> dict:
    """The config with every default filled in and its files' paths as the jobs will open them.

    Parameters
    ----------
    config
        What Snakemake merged from the config files and the command line.
    files
        The config files, the last one wins; a relative path counts from the folder of the file
        that states it, or from the working directory when it came from the command line.

    Raises
    ------
    BadInput
        At the first unknown key (with the nearest spelling), wrong value or unfit name.
    """
    source = ", ".join(os.path.relpath(file) for file in files) or "the command line"
    stated = [(Path(file).parent, _plain(read_config_file(file), [file])) for file in files]
    config = _plain(config, [source])
    schemas = [read_schema("study"), _inputs_schema(config, source)]
    config = _without_empty(config, schemas[0])
    config["inputs"] = _without_empty(config["inputs"], schemas[1])
    for schema, part, place in zip(
        schemas, [config, config["inputs"]], ["", "inputs"], strict=True
    ):
        _check(part, schema, place, source)
    # what suits this kind of inputs where the study says nothing, then what suits any study
    completed = _fill(_with_absent(config, schemas[1].get("x-study", {}), schemas[0]), schemas[0])
    completed["inputs"] = _fill(completed["inputs"], schemas[1])
    for name, model in completed["models"].items():
        own, schema = model["training"], schemas[0]["properties"]["training"]
        _check(own, schema, f"models.{name}.training", source)
        model["training"] = {**completed["training"], **own}
    _check_names(completed, source)
    # every path absolute, or relative to the working directory
    return _of_files(completed, schemas, partial(_beside, stated=stated))


def read_schema(name: str) -> dict:
    """The schema ``name`` of ``workflow/schemas``."""
    return yaml.safe_load((SCHEMAS / f"{name}.schema.yaml").read_text())


def kinds() -> list[str]:
    """The kinds of inputs: those that have a schema."""
    return sorted(path.name.split(".")[1] for path in SCHEMAS.glob("inputs.*.schema.yaml"))


def check_name(name: str, what: str, where: str = "the config") -> str:
    """``name`` if it is fit to stand in a file's name, else BadInput."""
    if not NAME.fullmatch(name) or ".." in name:
        raise BadInput(
            f"{what} {name!r} can't be used in file names",
            expected="letters, digits, '_', '-' and single dots, beginning with a letter or digit",
            where=where,
            remedy="rename it in the config",
        )
    return name


def of_folds(value: object) -> bool:
    """Whether ``value`` states files by the folds that they are of: ``{fold0: FILE, ...}``."""
    return isinstance(value, dict) and any(map(_FOLD.fullmatch, value))


def is_file(value: object) -> bool:
    """Whether ``value`` states a file by ``{url, sha256}``."""
    return isinstance(value, dict) and "url" in value


def _inputs_schema(config: dict, source: str) -> dict:
    inputs = config.get("inputs") or {}
    kind = inputs.get("kind") if isinstance(inputs, dict) else None
    if kind not in kinds():
        raise BadInput(
            f"inputs.kind is {kind!r}" if kind else "the config doesn't say what its inputs are",
            expected=f"inputs: {{kind: ...}}, one of {', '.join(kinds())}",
            where=f"{source}, inputs.kind",
            remedy="name the study's config file: snakemake --configfile FILE",
        )
    return read_schema(f"inputs.{kind}")


def _plain(value: object, place: list[str]) -> object:
    """``value`` with every key as text: YAML reads the chromosome ``1:`` as a number.

    BadInput at a number that can't be counted with.
    """
    if isinstance(value, dict):
        return {str(key): _plain(part, [*place, str(key)]) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part, [*place, str(number)]) for number, part in enumerate(value)]
    if isinstance(value, int | float) and not abs(value) < _LARGEST:
        raise BadInput(
            f"config: the number {describe(value)} can't be used",
            expected="finite numbers, integers below 2^63",
            where=f"{place[0]}, {'.'.join(place[1:])}",
        )
    return value


def _without_empty(value: object, schema: dict) -> object:
    """``value`` without the keys that have no value (``training:`` alone means its defaults)."""
    if not isinstance(value, dict):
        return value
    kept, known = {}, schema.get("properties", {})
    for key, part in value.items():
        inner = _schema_of(schema, key)
        if part is None and key not in known and inner.get("type") == "object":
            part = {}
        if part is not None or key not in known:
            kept[key] = _without_empty(part, inner) if inner else part
    return kept


def _schema_of(schema: dict, key: str) -> dict:
    rest = schema.get("additionalProperties")
    return schema.get("properties", {}).get(key, rest if isinstance(rest, dict) else {})


def _check(part: dict, schema: dict, place: str, source: str) -> None:
    errors = jsonschema.Draft202012Validator(schema).iter_errors(part)
    for error in sorted(errors, key=lambda e: [str(p) for p in e.absolute_path]):
        steps = [*filter(None, [place]), *map(str, error.absolute_path)]
        where = f"{source}, {'.'.join(steps) or 'top level'}"
        if error.validator == "additionalProperties" and "properties" in error.schema:
            _refuse_key(error, where)
        _refuse_value(error, where)


def _refuse_key(error: jsonschema.ValidationError, where: str) -> None:
    known = list(error.schema["properties"])
    key = next(key for key in error.instance if key not in known)
    raise BadInput(
        f"config: there is no key {key!r}{nearest(key, known)}",
        expected=f"one of {', '.join(known)}",
        where=where,
    )


def _refuse_value(error: jsonschema.ValidationError, where: str) -> None:
    near, remedy = "", ""
    if error.validator == "enum":
        near = nearest(str(error.instance), [str(value) for value in error.validator_value])
    elif error.validator == "type" and isinstance(error.instance, str) and _is_number(error):
        remedy = "write it with a dot, 1.0e-3 or 0.001: YAML reads 1e-3 as a word"
    elif error.validator == "type" and "string" in error.validator_value:
        remedy = f'put it in quotes if it is a name: "{error.instance}"'
    raise BadInput(
        f"config: {error.message}{near}",
        expected=str(error.schema.get("description", "")),
        where=where,
        remedy=remedy,
    )


def _is_number(error: jsonschema.ValidationError) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+", error.instance) is not None


def _fill(value: object, schema: dict) -> object:
    """``value`` with the schema's defaults wherever a key is absent."""
    if isinstance(value, dict) and not is_file(value):
        known = schema.get("properties", {}).items()
        absent = {k: part["default"] for k, part in known if "default" in part and k not in value}
        return {k: _fill(part, _schema_of(schema, k)) for k, part in (value | absent).items()}
    if isinstance(value, list) and "items" in schema:
        return [_fill(item, schema["items"]) for item in value]
    return value


def _with_absent(value: dict, defaults: dict, schema: dict) -> dict:
    """``value`` with those of the nested ``defaults`` that it doesn't state.

    Only sections are nested: an object that is one of several forms of a key stands for itself.
    """
    parts = {key: schema["properties"][key] for key in defaults}
    sections = {
        key: _with_absent(value.get(key, {}), defaults[key], part)
        for key, part in parts.items()
        if part.get("type") == "object"
    }
    return {**defaults, **value, **sections}


def _check_names(config: dict, source: str) -> None:
    check_name(config["study"], "the study's name", f"{source}, study")
    for model in config["models"]:
        check_name(model, "the model's name", f"{source}, models.{model}")


def check_files(config: dict) -> None:
    """Raise BadInput at a path of the ``complete`` config that leads nowhere."""
    schemas = [read_schema("study"), read_schema(f"inputs.{config['inputs']['kind']}")]
    _of_files(config, schemas, _present)


def _of_files(config: dict, schemas: list[dict], change: Callable) -> dict:
    """``config`` with ``change(path, place)`` of every file, its place as a list of keys."""
    config = _map_files(config, schemas[0], [], change)
    config["inputs"] = _map_files(config["inputs"], schemas[1], ["inputs"], change)
    return config


def _map_files(value: object, schema: dict, place: list, change: Callable) -> object:
    file = schema.get("format") == "file"
    if isinstance(value, list):
        items = schema if file else schema.get("items", {})
        return [_map_files(v, items, [*place, i], change) for i, v in enumerate(value)]
    if isinstance(value, str) and value in schema.get("x-words", ()):  # of a key that takes both
        return value
    several = of_folds(value) or (isinstance(value, dict) and set(value) == _PAIR)
    if file and not several:
        return change(value, place)
    if isinstance(value, dict):
        return {
            k: _map_files(v, schema if file else _schema_of(schema, k), [*place, k], change)
            for k, v in value.items()
        }
    return value


def _present(path: str | dict, place: list) -> str | dict:
    if isinstance(path, str) and path and not os.path.exists(path):
        raise absent(path, f"the config, {'.'.join(map(str, place))}")
    return path


def _beside(path: str | dict, place: list, stated: list) -> str | dict:
    """The path as the jobs will open it; a file to download as it is."""
    if not isinstance(path, str):
        return _checked_url(path, place)
    if "\0" in path or any(len(os.fsencode(part)) > _LONGEST for part in Path(path).parts):
        raise BadInput(
            f"config: no file can be called {describe(path)}",
            expected=f"a path, each part of at most {_LONGEST} bytes",
            where=f"the config, {'.'.join(map(str, place))}",
        )
    for folder, content in reversed(stated):
        if path and _at(content, place) == path:
            return path if Path(path).is_absolute() else os.path.relpath(folder / path)
    return path


def _checked_url(file: dict, place: list) -> dict:
    where = f"the config, {'.'.join(map(str, place))}"
    expected = "a path, or {url: ..., sha256: ...} (or md5)"
    if not isinstance(file, dict) or not isinstance(file.get("url"), str):
        raise BadInput(f"config: {file!r} is not a file", expected=expected, where=where)
    for key in file:
        if key not in _FILE_KEYS:
            raise BadInput(
                f"config: a file has no key {key!r}{nearest(key, _FILE_KEYS)}",
                expected=expected,
                where=where,
            )
    for name, digits in _DIGESTS.items():
        if not re.fullmatch(f"[0-9a-fA-F]{{{digits}}}", str(file.get(name, "0" * digits))):
            raise BadInput(
                f"config: {file[name]!r} is no checksum",
                expected=f"{digits} hexadecimal digits, as {name}sum prints them",
                where=where,
            )
    return file


def _at(content: object, place: list) -> object:
    for key in place:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            return None
    return content
