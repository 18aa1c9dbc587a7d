"""How it was made: settings, versions, checksums, commands."""

import json
from collections.abc import Mapping

from chromolens.report.contents import Contents
from chromolens.report.tables import Table

NEEDS = ("provenance",)

_OWN_PLACE = ("versions", "inputs", "commands")


def context(study: Contents) -> dict:
    """Settings as text, tables of versions and inputs, commands, and what else is recorded."""
    record = study.provenance
    rest = {key: value for key, value in record.items() if key not in _OWN_PLACE}
    return {
        "config": _text(study.config) if study.config else "",
        "versions": _versions(record.get("versions", {})),
        "inputs": _inputs(record.get("inputs", {})),
        "commands": list(record.get("commands", [])),
        "rest": _text(rest) if rest else "",
    }


def _text(value: object) -> str:
    return json.dumps(value, indent=2, default=str, ensure_ascii=False)


def _versions(versions: Mapping[str, str]) -> Table | None:
    rows = [[name, str(version)] for name, version in versions.items()]
    return Table("Versions", ["package", "version"], rows) if rows else None


def _inputs(inputs: Mapping[str, object]) -> Table | None:
    rows = [[name, _checksum(known)] for name, known in inputs.items()]
    return Table("Input files", ["file", "checksum"], rows) if rows else None


def _checksum(known: object) -> str:
    if isinstance(known, Mapping):
        return ", ".join(f"{key} {value}" for key, value in known.items())
    return str(known)
