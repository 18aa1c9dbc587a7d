"""A study's config: read against closed schemas, completed with defaults, paths made plain.

A key is declared once, in ``workflow/schemas``, with its description and default. Nothing
here is slow or needs TensorFlow: a dry run on a login node checks everything.
"""

import difflib
import os
import re
from pathlib import Path

import jsonschema
import yaml

from chromolens.errors import BadInput

SCHEMAS = Path(__file__).parent.parent / "workflow" / "schemas"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


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
    schemas = [read_schema("study"), _inputs_schema(config)]
    config = {key: value for key, value in config.items() if value is not None}
    parts = [config, config.get("inputs", {})]
    for schema, part, where in zip(schemas, parts, ["", "inputs"], strict=True):
        _check(part, schema, where)
    completed = _fill(config, schemas[0])
    completed["inputs"] = _fill(completed["inputs"], schemas[1])
    _check_names(completed)
    stated = [(Path(file).parent, yaml.safe_load(Path(file).read_text())) for file in files]
    return _place_files(completed, schemas, stated)


def read_schema(name: str) -> dict:
    """The schema ``name`` of ``workflow/schemas``."""
    return yaml.safe_load((SCHEMAS / f"{name}.schema.yaml").read_text())


def check_name(name: str, what: str) -> str:
    """``name`` if it is fit to stand in a file's name, else BadInput."""
    if not NAME.fullmatch(name) or ".." in name:
        raise BadInput(
            f"{what} {name!r} can't be used in file names",
            expected="letters, digits, '_', '-' and single dots, beginning with a letter or digit",
            remedy="rename it in the config",
        )
    return name


def is_file(value: object) -> bool:
    """Whether ``value`` states a file by ``{url, sha256}``."""
    return isinstance(value, dict) and "url" in value


def _inputs_schema(config: dict) -> dict:
    kind = (config.get("inputs") or {}).get("kind")
    kinds = sorted(path.name.split(".")[1] for path in SCHEMAS.glob("inputs.*.schema.yaml"))
    if kind not in kinds:
        raise BadInput(
            f"inputs.kind is {kind!r}", expected=f"one of {', '.join(kinds)}", where="the config"
        )
    return read_schema(f"inputs.{kind}")


def _check(part: dict, schema: dict, where: str) -> None:
    errors = jsonschema.Draft202012Validator(schema).iter_errors(part)
    for error in sorted(errors, key=lambda e: [str(p) for p in e.absolute_path]):
        place = ".".join([*filter(None, [where]), *map(str, error.absolute_path)])
        if error.validator == "additionalProperties" and "properties" in error.schema:
            _refuse_key(error, place)
        raise BadInput(f"config: {error.message}", where=f"the config, {place or 'top level'}")


def _refuse_key(error: jsonschema.ValidationError, place: str) -> None:
    known = list(error.schema["properties"])
    for key in error.instance:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            raise BadInput(
                f"config: there is no key {key!r}"
                + (f"; did you mean {near[0]!r}?" if near else ""),
                expected=f"one of {', '.join(known)}",
                where=f"the config, {place or 'top level'}",
            )


def _fill(value: object, schema: dict) -> object:
    """``value`` with the schema's defaults wherever a key is absent."""
    if isinstance(value, dict) and not is_file(value):
        value = dict(value)
        for key, part in schema.get("properties", {}).items():
            if key in value or "default" in part:
                value[key] = _fill(value.get(key, part.get("default")), part)
        rest = schema.get("additionalProperties")
        if isinstance(rest, dict):
            known = schema.get("properties", {})
            value |= {k: _fill(v or {}, rest) for k, v in value.items() if k not in known}
    if isinstance(value, list) and "items" in schema:
        value = [_fill(item, schema["items"]) for item in value]
    return value


def _check_names(config: dict) -> None:
    check_name(config["study"], "the study's name")
    named = {"model": config["models"], "task": config["inputs"].get("peaks", {})}
    named["task "] = config["inputs"].get("signals", {})
    for what, names in named.items():
        for name in names:
            check_name(name, f"the {what.strip()}'s name")


def _place_files(config: dict, schemas: list[dict], stated: list[tuple[Path, dict]]) -> dict:
    """Make every path of a file absolute or relative to the working directory."""
    config = _map_files(config, schemas[0], [], stated)
    config["inputs"] = _map_files(config["inputs"], schemas[1], ["inputs"], stated)
    return config


def _map_files(value: object, schema: dict, place: list, stated: list) -> object:
    if schema.get("format") == "file" and isinstance(value, str | list):
        return _beside(value, place, stated) if value else value
    if isinstance(value, dict) and not is_file(value):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties")
        rest = rest if isinstance(rest, dict) else {}
        return {
            k: _map_files(v, known.get(k, rest), [*place, k], stated) for k, v in value.items()
        }
    if isinstance(value, list):
        items = schema.get("items", {})
        return [_map_files(v, items, [*place, i], stated) for i, v in enumerate(value)]
    return value


def _beside(path: str | list, place: list, stated: list[tuple[Path, dict]]) -> str | list:
    if isinstance(path, list):
        return [_beside(one, [*place, i], stated) for i, one in enumerate(path)]
    if not isinstance(path, str):
        return path
    for folder, content in reversed(stated):
        if _at(content, place) == path:
            return path if Path(path).is_absolute() else os.path.relpath(folder / path)
    return path


def _at(content: object, place: list) -> object:
    for key in place:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            return None
    return content
