"""Databases of known motifs: a pinned JASPAR release (offline), or a MEME file."""

import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from chromolens import plugins
from chromolens.errors import BadInput
from chromolens.motifs.meme import read_meme
from chromolens.motifs.ppm import normalise


@dataclass(frozen=True, eq=False)
class Motif:
    """A known motif: ``ppm`` is float (length, 4), rows sum to 1; ``family`` may be empty."""

    id: str
    name: str
    family: str
    ppm: np.ndarray


def load_database(source: Mapping) -> list[Motif]:
    """Motifs from ``{"meme": path}`` or ``{"release": ..., "collection": ..., ...}`` (JASPAR).

    The keys of the second are the arguments of ``jaspar``. Raises ``BadInput`` for any other
    key and for a source without motifs.
    """
    if "meme" in source and len(source) == 1:
        return meme(source["meme"])
    known = {"release", "collection", "tax_group", "species"}
    if not set(source) <= known:
        raise BadInput(
            f"motif database with the keys {', '.join(sorted(source))}",
            expected=f"either meme alone, or some of {', '.join(sorted(known))}",
        )
    return jaspar(**source)


def check_source(source: Mapping) -> None:
    """BadInput where ``source`` names no JASPAR release or tax_group, or a MEME file that is bad.

    Quick: done before the first job. A file that is still to be downloaded passes.
    """
    if "meme" in source:
        if Path(source["meme"]).exists():
            read_meme(source["meme"])
        return
    folder = Path(find_spec("pyjaspar").submodule_search_locations[0], "data")
    releases = sorted(file.stem for file in folder.glob("*.sqlite"))
    where = "the config, motifs.database"
    plugins.check_one(source["release"], releases, "JASPAR release", f"{where}.release")
    if source.get("tax_group"):
        with closing(sqlite3.connect(folder / f"{source['release']}.sqlite")) as connection:
            groups = _tax_groups(connection)
        plugins.check_one(source["tax_group"], groups, "JASPAR tax_group", f"{where}.tax_group")


def check_downloaded(path: str | Path, is_meme: bool) -> None:
    """BadInput where a MEME file is bad: its motifs are used after the trainings only."""
    if is_meme:
        read_meme(path)


def matrices(source: Mapping, names: Mapping[str, str]) -> dict[str, np.ndarray]:
    """The PPM (length, 4) of each of ``names`` (our name -> id in the database)."""
    known = {motif.id: motif.ppm for motif in load_database(source)}
    for name, identifier in names.items():
        if identifier not in known:
            raise BadInput(
                f"the database has no motif {identifier!r}",
                where=f"inputs.simulate.motifs.{name}",
                remedy="look its id up in the database that motifs.database names",
            )
    return {name: known[identifier] for name, identifier in names.items()}


def meme(path: str) -> list[Motif]:
    """Motifs of a MEME file, without families."""
    return [Motif(identifier, name, "", ppm) for identifier, name, ppm in read_meme(path)]


def jaspar(
    release: str = "JASPAR2024",
    collection: str = "CORE",
    tax_group: str | list[str] | None = None,
    species: str | int | list | None = None,
) -> list[Motif]:
    """Latest version of each matrix of a JASPAR release, counts divided by column sums.

    ``tax_group``: fungi, vertebrates, plants, ...; ``species``: NCBI taxonomy ids; None takes
    all. The family is JASPAR's, or its class where it gives none (most fungi). Read from the
    database inside the package pyjaspar: nothing is downloaded.
    """
    import pyjaspar

    if release not in pyjaspar.jaspar_releases:
        raise BadInput(
            f"JASPAR release {release!r}", expected=f"one of {', '.join(pyjaspar.jaspar_releases)}"
        )
    opened = pyjaspar.jaspardb(release=release)
    with closing(opened.conn), warnings.catch_warnings():
        # pyjaspar warns once for each matrix without a newer version
        warnings.simplefilter("ignore")
        records = opened.fetch_motifs(collection=collection, tax_group=tax_group, species=species)
        groups = _tax_groups(opened.conn)
    if not records:
        raise BadInput(
            f"no matrices in {release} {collection} for tax_group {tax_group}, species {species}",
            expected=f"tax_group one of {', '.join(groups)}; species an NCBI taxonomy id",
        )
    return [_from_jaspar(record) for record in records]


def _tax_groups(connection: object) -> list[str]:
    query = "SELECT DISTINCT val FROM MATRIX_ANNOTATION WHERE tag = 'tax_group' ORDER BY val"
    return [row[0] for row in connection.execute(query)]


def _from_jaspar(record: object) -> Motif:
    counts = np.array([record.counts[base] for base in "ACGT"], dtype=float).T
    family = "; ".join(record.tf_family or record.tf_class or [])
    return Motif(record.matrix_id, record.name, family, normalise(counts))
