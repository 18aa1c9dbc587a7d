"""Windows as arrays: what training, attribution and SIS read, whatever the kind of inputs.

DNA is one-hot float32 (n, length, 4) in the order A, C, G, T; an N, and a base outside
the chromosome, is four zeros. Files are opened at the first reading. Apart from the windows table
memory is bounded by the number of rows asked for.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.onehot import codes_to_onehot
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.labels import check_labels
from chromolens.inputs.limited import limit_positives
from chromolens.inputs.peaks import Names
from chromolens.inputs.windows import read_windows, task_names


class Inputs(ABC):
    """The windows of a study; ``open_inputs`` makes one.

    ``windows`` is the table, with a RangeIndex: a row is named by its number. ``tasks`` are its
    tasks, ``length`` the positions of a window, ``channels`` the numbers at each of them.
    """

    dna = False
    """Whether windows are one-hot DNA: they have strands, frequencies of bases, and N."""

    content = ""
    """Digest of what windows are read from, where their table doesn't say it all."""

    def __init__(self, windows: pd.DataFrame, length: int, channels: int):
        self.windows = windows
        self.tasks = task_names(windows)
        self.length, self.channels = length, channels

    def __repr__(self) -> str:
        size = f"{len(self.windows)} of {self.length} x {self.channels}"
        return f"<{type(self).__name__}: {size}, tasks {', '.join(self.tasks) or 'none'}>"

    @abstractmethod
    def arrays(
        self,
        rows: np.ndarray,
        shifts: np.ndarray | None = None,
        reverse: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return windows as a network reads them: float32 (n, length, channels), or tokens.

        Parameters
        ----------
        rows
            Row numbers (n,).
        shifts
            Positions (n,) by which each window is moved to the right; less where the chromosome
            ends, 0 where there is nothing beside a window.
        reverse
            bool (n,): True gives the reverse complement, of DNA.
        """

    def moved(self, rows: np.ndarray, by: int) -> np.ndarray:
        """Return the inputs of ``rows`` with their content ``by`` positions further to the left.

        Windows of a genome are read beside their places; other inputs are ``rolled``.
        """
        return rolled(self.arrays(rows), by)

    def for_training(self, groups: Iterable[str]) -> "Inputs":
        """Return these inputs as a training on ``groups`` sees them.

        What is estimated from data (means of missing values, effects of covariates) then comes
        from these groups alone. DNA needs nothing of the kind: it is the same for all.
        """
        return self

    def frequencies(self, rows: np.ndarray) -> list[float] | None:
        """Return the share of each letter or token in windows ``rows``; None for numbers."""
        return None

    def labels(self, rows: np.ndarray, tasks: Sequence[str]) -> np.ndarray:
        """Return labels float32 (n, number of ``tasks``), NaN where masked."""
        self._check_tasks(tasks)
        return self.windows[list(tasks)].to_numpy(dtype=np.float32)[np.asarray(rows)]

    def select(self, tasks: Sequence[str], groups: Iterable[str]) -> np.ndarray:
        """Return the sorted rows in ``groups`` that a model of ``tasks`` is trained or judged on.

        These are the windows centred on an event of one of ``tasks``, all negatives and tiles.
        """
        self._check_tasks(tasks)
        inside = self.windows["group"].isin(list(groups)).to_numpy()
        return np.flatnonzero(inside & _belongs(self.windows, tasks))

    def profiles(
        self,
        rows: np.ndarray,
        task: str,
        length: int,
        shifts: np.ndarray | None = None,
        reverse: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return counts float32 (n, length, strands) of the central ``length`` bp of windows.

        Strands are plus, then minus where the task has one. ``shifts`` and ``reverse`` as for
        ``arrays``; the reverse strand is read backwards, with plus and minus exchanged.
        A base without a value counts 0. BadInput for inputs without a genome.
        """
        raise BadInput("these inputs have no profiles", expected="inputs of the kind genome")

    def _check_tasks(self, tasks: Sequence[str]) -> None:
        unknown = [task for task in tasks if task not in self.tasks]
        if unknown:
            raise BadInput(
                f"the windows have no task {unknown[0]!r}", expected=", ".join(self.tasks)
            )


class Dna(Inputs):
    """Windows of DNA: channels are A, C, G, T."""

    dna = True

    def __init__(self, windows: pd.DataFrame, length: int):
        super().__init__(windows, length, channels=4)

    def arrays(
        self,
        rows: np.ndarray,
        shifts: np.ndarray | None = None,
        reverse: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return one-hot float32 (n, length, 4); a base that isn't known is four zeros."""
        rows = np.asarray(rows)
        batch = codes_to_onehot(self._codes(rows, self._shifted(rows, shifts), 0))
        if reverse is not None:
            reverse = np.asarray(reverse, dtype=bool)
            batch[reverse] = batch[reverse, ::-1, ::-1]
        return batch

    def codes(self, rows: np.ndarray, margin: int = 0) -> np.ndarray:
        """Return codes uint8 (n, length + 2 * margin): 0..3, and 4 for N or outside.

        ``margin`` bp are read on either side; BadInput where the inputs have none to read.
        """
        rows = np.asarray(rows)
        return self._codes(rows, self._shifted(rows, None), margin)

    @abstractmethod
    def _shifted(self, rows: np.ndarray, shifts: np.ndarray | None) -> np.ndarray:
        """Return the first base of each window after its shift."""

    @abstractmethod
    def _codes(self, rows: np.ndarray, starts: np.ndarray, margin: int) -> np.ndarray: ...


def open_inputs(
    windows: pd.DataFrame | str | Path,
    source: str | Path | None = None,
    signals: Mapping[str, Mapping[str, str | Sequence[str]]] | None = None,
    chromosome_names: Names | None = None,
) -> Inputs:
    """Open the windows of a study for reading.

    Parameters
    ----------
    windows
        A windows table, or the path of one. The kind of inputs is told by its columns.
    source
        What the windows are read from: the indexed FASTA of a genome, the prepared genotypes.
        Sequences and tokens stand in the table itself.
    signals
        For each task its bigWigs: plus, minus, control -> path (or paths, which are summed).
    chromosome_names
        Name in the bigWigs -> name in the FASTA (None: a chromosome left out).
    """
    where = "" if isinstance(windows, pd.DataFrame) else str(windows)
    table = windows if isinstance(windows, pd.DataFrame) else read_windows(windows)
    table = table.reset_index(drop=True)
    if table.empty:
        raise BadInput("the windows table is empty", expected="one window or more", where=where)
    # the kinds' modules import this one
    if "sequence" in table:
        from chromolens.inputs.sequences.windows import Sequences

        return Sequences(table, where)
    if "tokens" in table:
        from chromolens.inputs.tokens.windows import Tokens

        return Tokens(table)
    if source is None:
        raise BadInput(
            "these windows can't be read without their source",
            expected="the FASTA of their genome, or the prepared genotypes",
        )
    if "row" in table:
        from chromolens.inputs.genotypes.windows import Samples

        return Samples(table, str(source))
    from chromolens.inputs.genome.windows import GenomeWindows

    return GenomeWindows(table, str(source), signals or {}, chromosome_names or {}, where)


def rolled(inputs: np.ndarray, by: int) -> np.ndarray:
    """``inputs`` (n, length, ...), ``by`` positions to the left; what leaves comes back behind.

    The tokens (n, length) of a text are rolled among themselves: token 0, padding, stays.
    """
    if inputs.ndim > 2:
        return np.roll(inputs, -by, axis=1)
    found = inputs.copy()
    for row in found:
        row[row != 0] = np.roll(row[row != 0], -by)
    return found


def of_model(
    windows: pd.DataFrame,
    tasks: Sequence[str],
    *,
    objective: str,
    permuted: bool,
    seed: int,
    most: int = 0,
) -> pd.DataFrame:
    """The windows that a model of ``tasks`` sees: theirs and the drawn ones, with their labels.

    BadInput where ``objective`` can't have these labels (``objectives.check_labels``).

    ``permuted`` shuffles the labels (``permute_labels``): a null. ``most`` positives of a task
    stay (``limited.limit_positives``; 0: all), the same ones whether labels are permuted or not.
    """
    kept = windows[_belongs(windows, tasks)].reset_index(drop=True)
    kept = kept.drop(columns=[name for name in task_names(windows) if name not in tasks])
    check_labels(kept, tasks, objective)
    kept = limit_positives(kept, tasks, most, seed) if most else kept
    return permute_labels(kept, tasks, seed, together=objective == "classes") if permuted else kept


def permute_labels(
    inputs: Inputs | pd.DataFrame, tasks: Sequence[str], seed: int, *, together: bool = False
) -> pd.DataFrame:
    """Return the windows table with the labels of ``tasks`` permuted within each group.

    Only the windows that ``Inputs.select`` gives for ``tasks`` change. A masked label stays where
    it is, so each group keeps its numbers of each label. A group's permutation depends on
    ``seed``, its name, the task, and nothing else. ``together``: a window's labels of all tasks
    move as one, so that it stays of one class.
    """
    windows = (inputs if isinstance(inputs, pd.DataFrame) else inputs.windows).copy()
    belongs = _belongs(windows, tasks)
    for part in [list(tasks)] if together else [[task] for task in tasks]:
        labels = windows[part].to_numpy(dtype=np.float64, copy=True)
        movable = np.flatnonzero(belongs & ~np.isnan(labels).any(axis=1))
        for group, rows in pd.Series(movable).groupby(windows["group"].to_numpy()[movable]):
            rng = np.random.default_rng(seed_of(f"{','.join(part)}:{group}", seed))
            labels[rows] = rng.permutation(labels[rows])
        windows[part] = labels
    return windows


def _belongs(windows: pd.DataFrame, tasks: Sequence[str]) -> np.ndarray:
    sources = windows["source"].unique()
    ours = {source for source in sources if not set(source.split(",")).isdisjoint(tasks)}
    drawn = windows["role"].isin(["negative", "tile"])
    return (drawn | windows["source"].isin(ours)).to_numpy()
