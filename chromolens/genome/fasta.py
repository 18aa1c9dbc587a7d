"""The genome: any FASTA made into one indexed file, and random access to it.

A genome is known by its content: name, length and md5 of each chromosome's upper-case sequence
(the M5 of SAM headers), which hold for any compression, line width, masking or extra chromosome.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.genome.bgzip import BgzipWriter
from chromolens.genome.circular import pieces
from chromolens.genome.index import check_index
from chromolens.genome.intervals import Interval, check_inside
from chromolens.genome.names import mapping_line, suggest_names
from chromolens.genome.onehot import codes_of, codes_to_onehot
from chromolens.genome.records import Record, copy_records
from chromolens.runlog import atomic

_BLOCK = 1 << 16  # bases decoded at a time by random access
_BLOCKS_KEPT = 1024  # 64 MB at most: all of a small genome, however its windows are mixed
_STRETCH = 1 << 22  # bases decoded at a time from front to back

# pysam is imported where it is used: planning a study needs sizes only, on any machine.


def index_names(path: str | Path) -> tuple[str, str]:
    """Names of the two indexes that stand beside a bgzipped FASTA: ``.fai`` and ``.gzi``."""
    return f"{path}.fai", f"{path}.gzi"


def chromosome_sizes(path: str | Path) -> dict[str, int]:
    """Length (bp) of each chromosome of the FASTA ``path``, in file order.

    Read from ``path.fai`` if that is there and not older than the FASTA, else by reading the
    whole file; ``prepare_fasta`` holds it against the content. BadInput as for ``records.scan``.
    """
    index = Path(index_names(path)[0])
    if index.is_file() and Path(path).is_file() and not _older(index, Path(path)):
        rows = [(number, text.split("\t")) for number, text in texts.lines(index, "an index")]
        for number, row in rows:
            if len(row) < 2 or not row[1].isdecimal():
                raise BadInput(
                    f"the index of {path} is damaged",
                    expected="a name and a length, divided by tabs",
                    where=f"{index}, line {number}",
                    remedy="remove it, or write it again: samtools faidx FASTA",
                )
        return {row[0]: int(row[1]) for _, row in rows}
    return {record.name: record.length for record in copy_records(path)}


def prepare_fasta(
    source: str | Path,
    path: str | Path,
    chromosomes: Mapping[str, Mapping[str, object]] | None = None,
    planned: Mapping[str, int] | None = None,
    threads: int = 1,
    circular: Sequence[str] = (),
) -> pd.DataFrame:
    """Make ``source`` an upper-case, bgzipped ``path`` with ``.fai``, ``.gzi``, and what follows.

    ``.md5`` has the digests of both indexes, which ``Genome`` checks; ``.circular`` the names of
    circular chromosomes, one a line, which ``Genome`` reads. A source that is upper-case
    and bgzipped, has both indexes beside it, and holds no other chromosomes is not written again:
    ``path`` is then a link to it. Its indexes are made anew all the same, from the content.

    Parameters
    ----------
    source
        FASTA: plain, gzip or bgzip; any case, line width and line ends; IUPAC codes are kept.
    chromosomes
        ``{name: {"length": bp, "md5": hex of the upper-case sequence}}`` that ``source`` must
        hold (either value may be missing). Its other chromosomes are then left out.
    planned
        Lengths that ``chromosome_sizes`` gave; BadInput, which names the index, where they
        aren't those of the content.
    threads
        That pack the file; they change no byte.
    circular
        Names of the circular chromosomes.

    Returns
    -------
    DataFrame chrom, length, md5 of the chromosomes in ``path``, in the order of ``source``; with
    circular ones, ``circular`` (bool).

    Raises BadInput for a damaged file (see ``records.scan``) and where content isn't as expected;
    ``path`` is then not written.
    """
    fai, gzi = index_names(path)
    with (
        atomic(_circular_name(path)) as new_circular,
        atomic(_digests_name(path)) as new_md5,
        atomic(gzi) as new_gzi,
        atomic(fai) as new_fai,
        atomic(path) as new,
    ):
        records = _as_it_stands(source, chromosomes)
        linked = records is not None
        if not linked:
            with BgzipWriter(new, threads) as out:
                records = list(copy_records(source, out, chromosomes))
        content = pd.DataFrame(
            [record[:3] for record in records], columns=["chrom", "length", "md5"]
        )
        if planned is not None and chromosomes is None:
            _check_planned(source, content, planned)
        if chromosomes is not None:
            _check_content(source, content, chromosomes)
            content = content[content["chrom"].isin(list(chromosomes))].reset_index(drop=True)
        if circular:
            content["circular"] = content["chrom"].isin(list(circular))
        if linked:
            new.symlink_to(os.path.abspath(source))
        _index(new, new_fai, new_gzi)
        pairs = ((new_fai, fai), (new_gzi, gzi))
        new_md5.write_text("".join(f"{_md5(new)}  {Path(name).name}\n" for new, name in pairs))
        new_circular.write_text("".join(f"{name}\n" for name in circular))
    return content


class Genome:
    """Random access to an indexed FASTA (plain or bgzipped); close it, or use ``with``.

    The indexes are held against the digests that ``prepare_fasta`` wrote; where there are none,
    against the file (``index.check_index``).
    Coordinates are 0-based half-open; anything outside a chromosome is BadInput, but that a
    circular one goes on with its first bases behind its last. ``circular`` has the length (bp) of
    these. Codes that were
    read lately are kept, in a fixed amount of memory: windows may come in any order.
    """

    def __init__(self, path: str | Path):
        import pysam

        self.path = str(path)
        if not Path(index_names(path)[0]).is_file():
            raise BadInput(
                f"{path} has no index beside it",
                expected=f"{index_names(path)[0]}",
                remedy="write it with chromolens.genome.fasta.prepare_fasta or samtools faidx",
            )
        _check_digests(path)
        try:
            self._file = pysam.FastaFile(self.path)
        except (OSError, ValueError) as error:
            raise BadInput(
                f"{path} can't be opened: {error}",
                remedy="prepare it again with chromolens.genome.fasta.prepare_fasta",
            ) from error
        self.sizes: dict[str, int] = dict(
            zip(self._file.references, self._file.lengths, strict=True)
        )
        self.circular = {name: self.sizes[name] for name in _circular(path)}
        self._block = lru_cache(maxsize=_BLOCKS_KEPT)(self._read_block)

    def __enter__(self) -> "Genome":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def sequence(self, chrom: str, start: int, end: int) -> str:
        """Upper-case letters, as in the file (IUPAC codes included)."""
        fetched = (self._file.fetch(chrom, *part) for part in self._pieces(chrom, start, end))
        return "".join(fetched).upper()

    def codes(self, chrom: str, start: int, end: int) -> np.ndarray:
        """Codes uint8 (end - start,): A C G T = 0..3, anything else 4."""
        found = []
        for low, high in self._pieces(chrom, start, end):
            first, last = low // _BLOCK, (high - 1) // _BLOCK
            blocks = [self._block(chrom, number) for number in range(first, last + 1)]
            found.append(np.concatenate(blocks)[low - first * _BLOCK : high - first * _BLOCK])
        return np.concatenate(found)

    def stretches(self, chrom: str) -> Iterator[np.ndarray]:
        """Codes of ``chrom`` from front to back, uint8, 4 Mb at a time; none are kept."""
        size = self.sizes[chrom]
        for start in range(0, size, _STRETCH):
            yield codes_of(self._file.fetch(chrom, start, min(start + _STRETCH, size)))

    def onehot(self, chrom: str, start: int, end: int) -> np.ndarray:
        """One-hot float32 (end - start, 4) in the order A, C, G, T; N is four zeros."""
        return codes_to_onehot(self.codes(chrom, start, end))

    def _pieces(self, chrom: str, start: int, end: int) -> list[tuple[int, int]]:
        """What [start, end) is of the file: one stretch, or several around a circle."""
        if chrom in self.circular and start < end:
            return list(pieces(int(start), int(end), self.circular[chrom]))
        check_inside(Interval(chrom, int(start), int(end)), self.sizes, self.path)
        return [(int(start), int(end))]

    def _read_block(self, chrom: str, number: int) -> np.ndarray:
        start = number * _BLOCK
        return codes_of(self._file.fetch(chrom, start, min(start + _BLOCK, self.sizes[chrom])))


def _as_it_stands(
    source: str | Path, chromosomes: Mapping[str, object] | None
) -> list[Record] | None:
    """The records of ``source`` if it can be linked; None where it has to be written."""
    names = index_names(source)
    if not all(map(os.path.isfile, (source, *names))):
        return None
    with open(source, "rb") as file:
        packed = texts.is_bgzip(file.read(16))
    if not packed or any(_older(Path(name), Path(source)) for name in names):
        return None
    if chromosomes is not None and set(chromosome_sizes(source)) != set(chromosomes):
        return None
    records = []
    for record in copy_records(source):
        if not record.plain:
            return None
        records.append(record)
    return records


def _older(first: Path, second: Path) -> bool:
    return os.stat(first).st_mtime_ns < os.stat(second).st_mtime_ns


def _index(fasta: Path, fai: Path, gzi: Path) -> None:
    import pysam

    pysam.faidx(str(fasta), "--fai-idx", str(fai), "--gzi-idx", str(gzi))


def _circular_name(path: str | Path) -> str:
    return f"{path}.circular"


def _circular(path: str | Path) -> list[str]:
    """Names of the circular chromosomes of a FASTA; none where no file says so."""
    stated = Path(_circular_name(path))
    return stated.read_text().split() if stated.is_file() else []


def _digests_name(path: str | Path) -> str:
    return f"{path}.md5"


def _md5(path: str | Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _check_digests(path: str | Path) -> None:
    """BadInput where an index isn't the one that was written for ``path``, or isn't its index."""
    digests = Path(_digests_name(path))
    if not digests.is_file():
        files = [str(path), *index_names(path)]
        changed = tuple(os.stat(file).st_mtime_ns for file in files if os.path.isfile(file))
        check_index(*files, changed)
    lines = digests.read_bytes().splitlines() if digests.is_file() else []
    stated = {tuple(line.split()) for line in lines}
    for index in map(Path, index_names(path)) if lines else ():
        found = _md5(index) if index.is_file() else "none"
        if (found.encode(), os.fsencode(index.name)) not in stated:
            raise BadInput(
                f"the index of {path} was changed or damaged since it was written",
                expected=f"the digest that {digests} states",
                where=str(index),
                remedy=f"remove {path} and run the study again: both are made anew",
            )


def _check_planned(source: str | Path, content: pd.DataFrame, planned: Mapping[str, int]) -> None:
    """BadInput where the lengths that a study was planned with are not those of ``source``."""
    found = content.set_index("chrom")["length"].to_dict()
    for name in [*planned, *found]:
        if planned.get(name) != found.get(name):
            index = index_names(source)[0]
            raise BadInput(
                f"the index says that {name} has {planned.get(name, 'no')} bases, and the FASTA "
                f"has {found.get(name, 'none')} of it",
                expected="the index of this FASTA",
                where=index,
                remedy=f"remove {index}, or write it again: samtools faidx {source}",
            )


def _check_content(
    source: str | Path, content: pd.DataFrame, expected: Mapping[str, Mapping[str, object]]
) -> None:
    found = content.set_index("chrom").to_dict("index")
    missing = [name for name in expected if name not in found]
    if missing:
        _report_missing(source, missing, content, expected)
    for name, properties in expected.items():
        for key in ("length", "md5"):
            value = properties.get(key)
            if value is not None and str(found[name][key]) != str(value).lower():
                raise BadInput(
                    f"{name} of {source} has {key} {found[name][key]}",
                    expected=f"{key} {value}, as the config's chromosome table says",
                    where=f"{source}, chromosome {name}",
                    remedy="use the assembly that the table describes, or correct the table",
                )


def _report_missing(
    source: str | Path,
    missing: list[str],
    content: pd.DataFrame,
    expected: Mapping[str, Mapping[str, object]],
) -> None:
    by_md5 = dict(zip(content["md5"], content["chrom"], strict=True))
    same = {n: by_md5.get(str(expected[n].get("md5")).lower()) for n in missing}
    alike = suggest_names(missing, content["chrom"]) | {n: s for n, s in same.items() if s}
    remedy = "use a FASTA that holds them, or correct the config's chromosome table"
    if alike:
        proof = "same sequences" if any(same.values()) else "similar names"
        remedy = (
            "call the chromosomes of the config as the FASTA does, and where other files use "
            f"the config's names say ({proof}): {mapping_line(alike)}"
        )
    raise BadInput(
        f"{source} has no {', '.join(missing[:10])}{' ...' if len(missing) > 10 else ''}",
        expected=f"all of the config's chromosome table: {', '.join(list(expected)[:10])}",
        where=f"{source} holds {', '.join(content['chrom'][:10])}",
        remedy=remedy,
    )
