"""Inputs of the kind ``genotypes``: samples x markers, and the traits of the samples.

Two jobs make them: ``write_store`` reads the genotypes once and keeps what is worth it,
``prepare`` makes the windows table. A window is a sample: all its markers, in the order of their
places. What depends on a fold (means for missing genotypes, covariates regressed out) is left to
those who read a fold.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.folds import check_folds
from chromolens.inputs.genotypes.filters import kept, unlike
from chromolens.inputs.genotypes.places import in_order
from chromolens.inputs.genotypes.plink import read_plink
from chromolens.inputs.genotypes.samples import SampleTable, as_covariates, in_both
from chromolens.inputs.genotypes.spiked import spike
from chromolens.inputs.genotypes.store import Store, write
from chromolens.inputs.genotypes.table import read_table
from chromolens.inputs.genotypes.vcf import read_vcf
from chromolens.inputs.windows import Prepared, Tally, check_apart, check_roles, check_task
from chromolens.tables.inputs import SPIKED

SOURCE = "genotypes.h5"
STAGES = ("markers",)
_VCF = (".vcf", ".vcf.gz", ".vcf.bgz", ".bcf")
_PLINK = ".bed"


def write_store(
    path: str | Path,
    *,
    genotypes: str,
    markers: str = "",
    marker_columns: Mapping[str, str] | None = None,
    bases_per_unit: float = 1,
    bim: str = "",
    fam: str = "",
    field: str = "",
    ploidy: int = 0,
    missing: Sequence[str] = (),
    max_missing_marker: float = 0.1,
    max_missing_sample: float = 0.1,
    min_frequency: float = 0.01,
    prune_r2: float = 0,
    components: int = 0,
) -> None:
    """Read genotypes and write those worth keeping to ``path``, its tables beside it (``Store``).

    - ``genotypes``: VCF or BCF (by its name's end), PLINK's .bed, else a table of samples x
      markers (``table.read_table``); ``markers``, ``marker_columns`` belong to the latter.
    - ``bases_per_unit`` (bp): of the positions in a table or .bim.
    - ``bim``, ``fam``: PLINK's other files, where they are not beside the .bed.
    - ``field``: of a VCF, GT or DS.
    - ``ploidy``: 0 finds it.
    - ``missing``: further texts that say that a genotype of a table is missing.
    - ``max_missing_marker``, ``max_missing_sample``, ``min_frequency``: ``filters.kept``.
    - ``prune_r2``: ``filters.unlike``; 0 keeps all.
    - ``components``: principal components of a fold's training samples to be regressed out of
      the traits (``windows.Samples``).
    """
    if genotypes.lower().endswith(_VCF):
        read = read_vcf(genotypes, field=field, ploidy=ploidy, missing=missing)
    elif genotypes.lower().endswith(_PLINK):
        files = {"bim": bim, "fam": fam}
        read = read_plink(genotypes, **files, bases_per_unit=bases_per_unit, ploidy=ploidy)
    else:
        read = read_table(
            genotypes,
            markers=markers,
            marker_columns=marker_columns or {},
            bases_per_unit=bases_per_unit,
            ploidy=ploidy,
            missing=missing,
        )
    rows, keep = kept(
        read,
        max_missing_marker=max_missing_marker,
        max_missing_sample=max_missing_sample,
        min_frequency=min_frequency,
    )
    order = in_order(read)
    order = order[keep[order]]
    if prune_r2:
        order = unlike(read, rows, order, prune_r2)
    write(path, read, rows, order, components)


def prepare(
    *,
    store: str | Path,
    traits: str,
    tasks: Sequence[str],
    sample_column: str = "",
    missing: Sequence[str] = (),
    covariates: Sequence[str] = (),
    categories: Sequence[str] = (),
    covariate_table: str = "",
    spiked: Mapping[str, Mapping[str, float]] | None = None,
    group_by: str = "",
    split: str = "",
    folds: pd.DataFrame | None = None,
    parts: int = 5,
    seed: int = 0,
) -> Prepared:
    """Make the windows table of a study from its genotypes and a table of traits.

    - ``store``: what ``write_store`` wrote.
    - ``traits``: a table with a row per sample; ``tasks`` are those of its columns that are
      traits, ``sample_column`` the one of the ids (else the first), ``missing`` further texts
      that say that a value is missing.
    - ``covariates``: columns to be regressed out, of ``covariate_table`` or else of ``traits``;
      columns of text, and those named in ``categories``, become indicators.
    - ``spiked``: traits to be simulated on the genotypes (``spiked.spike``), by name.
    - ``group_by``: a column (families); all samples with one value go to one part.
    - ``split``: a column whose values are the groups, where it has one.
    - ``folds``: folds table over the parts, checked if given.
    - ``parts``: number of parts (part0, part1, ...) of the samples without a split.
    - ``seed``: of the parts.

    Samples that stand in one of the files only, have no trait, or lack a covariate or a family
    are left out and counted.
    """
    opened, tally = Store(store), Tally()
    for row in opened.dropped.itertuples(index=False):
        tally.count(*row)
    table = SampleTable(traits, sample_column, missing)
    values = _traits(table, tasks, covariates)
    samples = in_both(opened.samples["id"], table.cells.index, traits, tally)
    samples = _having(values.loc[samples].notna().any(axis=1), "a trait", tally)
    other = SampleTable(covariate_table, sample_column, missing) if covariate_table else table
    for name in covariates:
        samples = _having(other.column(name).reindex(samples, fill_value="") != "", name, tally)
    families = _families(opened, table, group_by)
    samples = _having(families.loc[samples] != "", group_by, tally)
    values, families = values.loc[samples], families.loc[samples]
    _check_varied(values, traits)
    values, truth = _spiked(opened, values, spiked or {}, table, seed)
    splits = table.column(split).loc[samples] if split else pd.Series("", samples)
    groups = _groups(families, splits, parts, seed)
    windows = _table(values, groups, _rows(opened, samples))
    if folds is not None:
        _check_filled(folds, groups, families.nunique())
        check_folds(folds, sorted(set(groups)))
        check_apart(windows, folds)
        binary = [task for task in tasks if values[task].dropna().isin([0, 1]).all()]
        check_roles(windows, folds, binary, tally)
    notes = {"samples": len(samples), "markers": opened.shape[1], "ploidy": opened.ploidy}
    numbers = as_covariates(other, covariates, categories, samples)
    return Prepared(windows, tally.table(), notes | opened.notes, numbers, truth)


def _traits(table: SampleTable, tasks: Sequence[str], covariates: Sequence[str]) -> pd.DataFrame:
    """The traits of all samples of a table, NaN where masked."""
    for task in tasks:
        check_task(task, table.path)
    for task in [task for task in tasks if task in covariates][:1]:
        raise BadInput(
            f"{task} is a trait and a covariate: nothing of it would be left",
            expected="columns that differ",
            where=table.path,
        )
    return pd.DataFrame({task: table.numbers(task) for task in tasks})


def _spiked(
    opened: Store,
    values: pd.DataFrame,
    spiked: Mapping[str, Mapping[str, float]],
    table: SampleTable,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The traits with the ``spiked`` ones behind them, and what is true of these (``SPIKED``)."""
    rows, truth = _rows(opened, values.index), []
    for name, settings in spiked.items():
        check_task(name, "the config, inputs.spiked")
        if name in table.cells:
            raise BadInput(
                f"the spiked trait {name} has the name of a column",
                expected="another name",
                where=f"the config, inputs.spiked; and {table.path}",
            )
        trait, own = spike(opened, rows, name, **settings, seed=seed)
        values[name] = trait
        truth.append(own)
    return values, pd.concat(truth, ignore_index=True) if truth else tables.empty(SPIKED)


def _rows(opened: Store, samples: pd.Index) -> np.ndarray:
    """Rows of the store."""
    return pd.Index(opened.samples["id"]).get_indexer(samples)


def _having(there: pd.Series, what: str, tally: Tally) -> pd.Index:
    """The samples for which ``there`` is true; the others are counted as without ``what``."""
    tally.add(f"sample without {what}", "", there.index[~there])
    if there.sum() < 2:
        raise BadInput(
            f"{there.sum()} samples are left; left out: {tally.describe('')}",
            expected="2 or more that have genotypes, a trait, all covariates and a family",
        )
    return there.index[there]


def _families(opened: Store, table: SampleTable, group_by: str) -> pd.Series:
    """What keeps samples together, by sample; PLINK's families where the table has none."""
    if group_by == "family" and "family" not in table.cells:
        return opened.samples.set_index("id")["family"]
    if group_by:
        return table.column(group_by)
    return pd.Series(table.cells.index, table.cells.index)


def _groups(families: pd.Series, splits: pd.Series, parts: int, seed: int) -> pd.Series:
    """The group of each sample: its split, or the part that its family hashes to."""
    if parts < 1:
        raise BadInput(f"{parts} parts", expected="1 or more")
    hashed = families.map(lambda family: f"part{seed_of(family, seed) % parts}")
    groups = splits.where(splits != "", hashed)
    for family, own in groups.groupby(families.to_numpy()):
        if own.nunique() > 1:
            raise BadInput(
                f"the family {family!r} stands in {' and '.join(sorted(set(own)))}",
                expected="one split for all samples of a family",
                where=f"samples {own.index[0]} ... {own.index[-1]}",
                remedy="leave out split or group_by",
            )
    return groups


def _table(values: pd.DataFrame, groups: pd.Series, rows: np.ndarray) -> pd.DataFrame:
    """The windows table; ``rows`` are those of the store."""
    measured = values.notna().to_numpy()
    columns = {
        "id": values.index,
        "group": groups.to_numpy(),
        "row": rows,
        "role": "positive",
        "source": [",".join(values.columns[row]) for row in measured],
    }
    return pd.DataFrame(columns | {task: values[task].to_numpy() for task in values})


def _check_filled(folds: pd.DataFrame, groups: pd.Series, families: int) -> None:
    """Raise BadInput at a part of the folds that no family was hashed into."""
    for part in folds["group"][~folds["group"].isin(groups)][:1]:
        if part.startswith("part"):
            raise BadInput(
                f"no sample is in {part}: {len(groups)} samples of {families} families",
                expected="several families, or samples, for each part",
                where=f"the parts are {', '.join(sorted(set(groups)))}",
                remedy="use fewer parts, another seed, or another column in group_by",
            )


def _check_varied(values: pd.DataFrame, path: str) -> None:
    for task in values.columns[values.nunique() < 2][:1]:
        raise BadInput(
            f"trait {task} has {values[task].nunique()} different values in "
            f"{values[task].notna().sum()} samples",
            expected="2 or more",
            where=f"{path}, column {task}",
        )
