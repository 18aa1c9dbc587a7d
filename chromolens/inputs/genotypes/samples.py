"""What is known of the samples beside their genotypes: traits, covariates, families."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput, nearest
from chromolens.inputs.genotypes.calls import Numbers
from chromolens.inputs.windows import Tally


class SampleTable:
    """A text table with a row per sample.

    ``cells`` are its texts, by sample and column; ``missing`` are further texts, beside nothing,
    NA, NaN and ".", that say that a cell has no value.
    """

    def __init__(self, path: str, sample_column: str = "", missing: Sequence[str] = ()):
        self.path = path
        rows = list(texts.uncommented(path, "a table: samples, and a column per trait"))
        if len(rows) < 2:
            raise BadInput("the table has no samples", where=path)
        header = [name.strip().removeprefix("#") for name in rows[0][1]]
        if len(header) < 2:
            raise BadInput(
                f"the table has one column, {header[0][:60]!r}",
                expected="a table divided by tabs or commas: samples, and a column per trait",
                where=path,
            )
        self._check_header(header, rows[0][0])
        cells = [[cell.strip() for cell in row] for _, row in rows[1:]]
        frame = pd.DataFrame(cells, columns=header, dtype=object)
        self.cells = frame.set_index(self._asked(sample_column, header) or header[0])
        self._lines = [number for number, _ in rows[1:]]
        self._numbers = Numbers(missing)
        self._check_samples()

    def column(self, name: str) -> pd.Series:
        """The texts of a column by sample, "" where a cell has no value; BadInput without it."""
        cells = self.cells[self._asked(name, list(self.cells))]
        values = [self._numbers[text] for text in cells]
        return cells.mask(np.isnan(values), "")

    def numbers(self, name: str) -> pd.Series:
        """The numbers of a column by sample, NaN where a cell has no value; BadInput at text."""
        cells = self.cells[self._asked(name, list(self.cells))]
        values = pd.Series([self._numbers[text] for text in cells], cells.index, dtype=float)
        for place in np.flatnonzero(np.isinf(values))[:1]:
            raise BadInput(
                f"{name} of sample {cells.index[place]} is {cells.iloc[place][:40]!r}",
                expected="a number, or nothing, NA, NaN or '.' (masked)",
                where=f"{self.path}, line {self._lines[place]}, column {name}",
                remedy="name other words for missing values in `missing`; a trait is a number, a "
                "covariate of names that look like numbers stands in `categories`",
            )
        return values

    def is_text(self, name: str) -> bool:
        """Whether a column holds no numbers."""
        return not np.isfinite([self._numbers[text] for text in self.column(name)]).any()

    def _asked(self, name: str, known: list[str]) -> str:
        if name and name not in known:
            raise BadInput(
                f"the table of samples has no column {name!r}{nearest(name, known)}",
                expected=f"one of {', '.join(known)}",
                where=self.path,
            )
        return name

    def _check_header(self, header: list[str], line: int) -> None:
        doubles = [name for name in dict.fromkeys(header) if header.count(name) > 1]
        if doubles:
            raise BadInput(
                f"two columns are named {doubles[0]!r}", where=f"{self.path}, line {line}"
            )

    def _check_samples(self) -> None:
        index = self.cells.index
        for name in index[index.duplicated() | (index == "")][:1]:
            first, last = (self._lines[place] for place in np.flatnonzero(index == name)[[0, -1]])
            raise BadInput(
                f"sample {name!r} stands there twice" if name else "a sample has no id",
                expected="a row per sample",
                where=f"{self.path}, lines {first} and {last}",
            )


def in_both(genotyped: pd.Series, known: pd.Index, path: str, tally: Tally) -> pd.Index:
    """The genotyped samples that the table at ``path`` knows; those of one side are counted."""
    both = genotyped.isin(known)
    if not both.any():
        raise BadInput(
            f"the genotypes and the table have no sample in common: {', '.join(genotyped[:3])}, "
            f"...; and {', '.join(known[:3])}, ...",
            expected="the same ids in both",
            where=path,
            remedy="name the column of ids in `sample_column`, or rename the samples of one",
        )
    tally.add("sample without a row in the table of traits", "", genotyped[~both])
    tally.add("sample without genotypes", "", known[~known.isin(genotyped)])
    return pd.Index(genotyped[both])


def as_covariates(
    table: SampleTable, names: Sequence[str], categories: Sequence[str], samples: pd.Index
) -> pd.DataFrame:
    """Columns as numbers (``tables.inputs.COVARIATES``): indicators of texts and ``categories``.

    Of n values the first (sorted) has no column of its own: it is 0 in the n - 1 others. A
    column that is the same in all ``samples`` is left out.
    """
    found: dict[str, pd.Series] = {}
    for name in names:
        cells = table.column(name).loc[samples]
        if name not in categories and not table.is_text(name):
            found[name] = table.numbers(name).loc[samples]
            continue
        values = sorted(set(cells))
        if len(values) > len(samples) / 2:
            raise BadInput(
                f"covariate {name} has {len(values)} values in {len(samples)} samples",
                expected="numbers, or few values (a column for each but one)",
                where=f"{table.path}, column {name}",
                remedy="a family belongs into group_by",
            )
        found |= {f"{name}={value}": cells.eq(value).astype(float) for value in values[1:]}
    varied = {name: cells.to_numpy() for name, cells in found.items() if cells.nunique() > 1}
    if "id" in varied:
        raise BadInput("a covariate is named 'id'", expected="another name", where=table.path)
    return pd.DataFrame({"id": samples, **varied})
