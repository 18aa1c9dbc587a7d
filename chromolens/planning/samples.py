"""A sample sheet: which files belong to which task.

A table with the columns task, replicate, peaks, plus, minus, control; only task must be there,
beside one with files. Paths are relative to the sheet; an empty cell is no file, a line that
begins with # a comment. Replicates of a task are pooled (peaks) and summed (signals). Imports
nothing slow but pandas.
"""

from pathlib import Path

import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput

_COLUMNS = ("task", "replicate", "peaks", "plus", "minus", "control")
_STRANDS = _COLUMNS[3:]


def read_samples(path: str | Path) -> dict[str, dict]:
    """Read a sample sheet.

    Returns
    -------
    ``{"peaks": {task: [path, ...]}, "signals": {task: {"plus": [path, ...], ...}}}``, as the kind
    ``genome`` takes them; tasks in the order of the sheet.
    """
    sheet = _read(path)
    _check_strands(sheet, path)
    folder = Path(path).parent
    peaks, signals = {}, {}
    for row in sheet.to_dict("records"):
        if row["peaks"]:
            peaks.setdefault(row["task"], []).append(_place(folder, row["peaks"]))
        for strand in _STRANDS:
            if row[strand]:
                tracks = signals.setdefault(row["task"], {})
                tracks.setdefault(strand, []).append(_place(folder, row[strand]))
    return {"peaks": peaks, "signals": signals}


def _place(folder: Path, name: str) -> str:
    """Return ``name`` relative to the sheet's folder; a URL stays what it is."""
    return name if "://" in name else str(folder / name)


def _read(path: str | Path) -> pd.DataFrame:
    found = texts.rows(path, "a sample sheet")
    found = [[cell.strip() for cell in row] for _, row in found if not row[0].startswith("#")]
    columns, *samples = found or [[]]
    sheet = pd.DataFrame(samples, columns=columns, dtype=str)
    odd = [column for column in sheet.columns if column not in _COLUMNS]
    if odd or "task" not in sheet or sheet.empty or not sheet.columns.is_unique:
        raise BadInput(
            f"the sample sheet has {len(sheet)} rows and the columns {', '.join(sheet.columns)}",
            expected=f"a row per sample and some of {', '.join(_COLUMNS)}, divided by tabs",
            where=str(path),
        )
    return sheet.reindex(columns=list(_COLUMNS), fill_value="")


def _check_strands(sheet: pd.DataFrame, path: str | Path) -> None:
    for number, row in enumerate(sheet.to_dict("records"), start=2):
        files = [row[column] for column in _COLUMNS[2:] if row[column]]
        if not row["task"] or not files:
            raise BadInput(
                "a sample without a task or without files", where=f"{path}, row {number}"
            )
        if (row["minus"] or row["control"]) and not row["plus"]:
            raise BadInput(
                f"sample {row['task']} {row['replicate']} has no plus signal",
                expected="plus wherever there is minus or control",
                where=f"{path}, row {number}",
            )
    replicates = sheet[sheet["replicate"] != ""]
    for row in replicates[replicates.duplicated(["task", "replicate"])].head(1).itertuples():
        raise BadInput(f"replicate {row.replicate} of {row.task} is listed twice", where=str(path))
