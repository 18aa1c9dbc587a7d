"""The keys of a study's config as tables, made from the schemas that check it.

    python -m chromolens.config_docs

writes ``config/README.md``. A test fails when that file and the schemas say different things.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from chromolens import architectures, plugins
from chromolens.attribution import methods
from chromolens.checks.acceptance import VALUES
from chromolens.config import kinds, read_schema
from chromolens.planning.plan import SAID_BY_TRAINING
from chromolens.runlog import atomic

TARGET = Path(__file__).parents[1] / "config" / "README.md"
_HEAD = """\
# The config, key by key

One YAML file is one study: `snakemake --configfile config/studies/NAME.yaml --cores all`. Every
key has a default; unknown keys are refused with the nearest spelling. Coordinates are 0-based
half-open, lengths in base pairs (bp). A file is a path, relative to the config file, or
`{url: ..., sha256: ...}`; with `CHROMOLENS_MIRROR=FOLDER` a URL is read from `FOLDER/host/path`.

This page is made from `workflow/schemas` by `make docs`; change it there.
"""


def page() -> str:
    """The whole page, as Markdown."""
    study = read_schema("study")
    top = {"properties": {k: v for k, v in study["properties"].items() if not _opens(v)}}
    parts = [_HEAD, _section("The study", {**top, "required": study["required"]})]
    for kind in kinds():
        schema = read_schema(f"inputs.{kind}")
        parts.append(_section(f"inputs, kind {kind}", schema, schema["description"]))
    for key, part in study["properties"].items():
        if _opens(part) and key != "inputs":
            parts.append(_section(key, part, part["description"]))
    return "\n".join([*parts, _plugins(), _values()])


def write() -> None:
    """Write the page to its place."""
    with atomic(TARGET) as path:
        path.write_text(page())


def _opens(part: dict) -> bool:
    """Whether a key of the study has a table of its own."""
    return part["type"] in ("object", "array")


def _section(title: str, schema: dict, text: str = "") -> str:
    lines = [f"## {title}", "", *([" ".join(text.split()), ""] if text else [])]
    lines += ["| key | default | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{key}` | {default} | {what} |" for key, default, what in _rows(schema)]
    return "\n".join([*lines, ""])


def _rows(schema: dict, above: str = "") -> Iterator[tuple[str, str, str]]:
    """Key, default and description of every key below ``schema``, outer keys first."""
    for key, part in schema.get("properties", {}).items():
        yield f"{above}{key}", _default(key, part, schema), _what(part)
        yield from _rows(part, f"{above}{key}.")
    rest = schema.get("additionalProperties")
    if isinstance(rest, dict):
        yield from _rows(rest, f"{above}NAME.")
    if isinstance(schema.get("items"), dict):
        yield from _rows(schema["items"], above)


def _default(key: str, part: dict, schema: dict) -> str:
    if key in schema.get("required", []):
        return "required"
    if "default" not in part:
        return ""
    text = json.dumps(part["default"], ensure_ascii=False)
    return "" if text in ('""', "{}", "[]") else f"`{text}`"


def _what(part: dict) -> str:
    text = " ".join(part.get("description", "").split()).replace("|", "\\|")
    values = ", ".join(f"`{json.dumps(value).strip(chr(34))}`" for value in part.get("enum", []))
    bounds = [("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤")]
    limits = ", ".join(f"{sign} {part[key]}" for key, sign in bounds if key in part)
    more = [f"One of {values}." if values else "", f"({limits})" if limits else ""]
    return " ".join(filter(None, [text, *more]))


def _plugins() -> str:
    lines = ["## Names that `models` and `attribution.methods` know", ""]
    for title, package in (("architecture", architectures), ("method", methods)):
        lines += [f"| {title} | its `settings` |", "| --- | --- |"]
        for name in plugins.names(package):
            own = [key for key in plugins.settings(package, name) if key not in SAID_BY_TRAINING]
            listed = ", ".join(f"`{setting}`" for setting in own)
            lines.append(f"| `{name}` | {listed or 'none'} |")
        lines.append("")
    return "\n".join(lines)


def _values() -> str:
    lines = ["## What `acceptance` can judge", "", "| value | what it is |", "| --- | --- |"]
    for name, function in VALUES.items():
        lines.append(f"| `{name}` | {' '.join((function.__doc__ or '').split())} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    write()
