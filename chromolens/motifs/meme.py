"""Motifs as MEME files: the format that every motif tool reads.

A motif is a PPM, float (length, 4): the frequency of A, C, G, T at each position, each row
summing to 1.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.motifs.ppm import normalise
from chromolens.runlog import atomic

_HEADER = re.compile(r"letter-probability matrix:(.*)", re.IGNORECASE)
_UNIFORM = (0.25, 0.25, 0.25, 0.25)


def write_meme(
    motifs: Mapping[str, np.ndarray],
    path: str | Path,
    background: tuple[float, ...] | np.ndarray = _UNIFORM,
    sites: Mapping[str, int] | None = None,
) -> None:
    """Write PPMs (length, 4) as a MEME file (version 4, minimal), possibly with none in it.

    MEME identifiers hold no blanks: blanks of the names become ``_``. ``background`` are the
    frequencies of A, C, G, T; ``sites`` says how many sites each motif was made of.
    """
    names = {name: identifier(name) for name in motifs}
    if len(set(names.values())) < len(names):
        raise BadInput(
            "two motifs have the same name once blanks are replaced",
            where=str(path),
            remedy="rename one of them",
        )
    letters = " ".join(
        f"{base} {share:.6f}" for base, share in zip("ACGT", background, strict=True)
    )
    head = "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n\nBackground letter frequencies\n"
    body = [_section(names[name], ppm, (sites or {}).get(name)) for name, ppm in motifs.items()]
    with atomic(path) as temporary:
        temporary.write_text(f"{head}{letters}\n\n" + "\n".join(body))


def identifier(name: str) -> str:
    """What a motif called ``name`` is called in a MEME file."""
    return re.sub(r"\s+", "_", name)


def _section(name: str, ppm: np.ndarray, sites: int | None) -> str:
    rows = normalise(ppm)
    nsites = "" if sites is None else f" nsites= {sites} E= 0"
    lines = [" ".join(f"{share:.6f}" for share in row) for row in rows]
    head = f"MOTIF {name}\nletter-probability matrix: alength= 4 w= {len(rows)}{nsites}\n"
    return head + "\n".join(lines) + "\n"


def read_meme(path: str | Path) -> list[tuple[str, str, np.ndarray]]:
    """Motifs of a MEME file as (identifier, name, PPM (length, 4)), in file order.

    The name is all that follows the identifier (it may hold blanks and ``/``), or the
    identifier itself. Sections other than probability matrices are passed over.

    Raises ``BadInput`` for a file without motifs, another alphabet, or rows that are not
    four frequencies.
    """
    motifs = list(_motifs(path))
    if not motifs:
        raise BadInput(
            "no motifs in this file",
            expected="MEME motif format: MOTIF lines, each with a letter-probability matrix",
            where=str(path),
        )
    return motifs


def read_motifs(path: str | Path) -> dict[str, np.ndarray]:
    """Identifier -> PPM (length, 4) of a file of ours, which may hold no motif."""
    return {identifier: ppm for identifier, _, ppm in _motifs(path)}


def _motifs(path: str | Path) -> Iterator[tuple[str, str, np.ndarray]]:
    lines = [text for _, text in texts.lines(path, "a MEME file")]
    identifier, name = "", ""
    for number, line in enumerate(lines):
        words = line.split(maxsplit=2)
        if words[:1] == ["MOTIF"] and len(words) > 1:
            identifier, name = words[1], words[-1].strip()
        header = _HEADER.match(line.strip())
        if header:
            if not identifier:
                raise BadInput("a matrix before any MOTIF line", where=f"{path}:{number + 1}")
            yield identifier, name, _matrix(lines, number, header[1], path)


def _matrix(lines: list[str], header: int, keys: str, path: str | Path) -> np.ndarray:
    """The rows below line ``header`` up to ``w`` of them, or to the first that is no row."""
    width = re.search(r"\bw=\s*(\d+)", keys)
    last = header + 1 + int(width[1]) if width else len(lines)
    rows = []
    for number in range(header + 1, min(last, len(lines))):
        row = _row(lines[number])
        if row is None and not width and (rows or lines[number].strip()):
            break
        if row is None and not width:
            continue
        if row is None or len(row) != 4 or min(row) < 0 or not 0.98 < sum(row) < 1.02:
            raise BadInput(
                f"not a row of a probability matrix: {lines[number]!r}",
                expected="four frequencies (A, C, G, T) that sum to 1",
                where=f"{path}:{number + 1}",
            )
        rows.append(row)
    if not rows or (width and len(rows) < int(width[1])):
        raise BadInput(f"a matrix with {len(rows)} rows", where=f"{path}:{header + 1}")
    return normalise(np.array(rows))


def _row(line: str) -> list[float] | None:
    """The numbers of a line, or None where it holds anything else or nothing."""
    try:
        return [float(word) for word in line.split()] or None
    except ValueError:
        return None
