"""Folds: which groups (chromosomes, blocks of them, parts of records) a training never sees.

``Folds`` answers every question of the kind "by the model that never saw it". A folds table is
the same as a file: one row per fold and group, with ``fold`` (fold0, fold1, ...), ``role`` (test,
validation or training) and ``group``. Used while planning, so it imports nothing slow.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables, texts
from chromolens.errors import BadInput, nearest
from chromolens.genome.intervals import Interval, stretch
from chromolens.tables.inputs import FOLDS

ROLES = ("test", "validation", "training")
LEAST_FOLDS = 3
"""Where the validation groups of each fold are the next one's test groups."""
_FILE_ROLES = {
    "test": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "train": "training",
    "training": "training",
}


@dataclass(frozen=True)
class Folds:
    """The groups of each fold by role, and what follows from them.

    Attributes
    ----------
    roles
        Fold -> role -> groups. It is plain enough to be a parameter of a rule.

    Raises
    ------
    BadInput
        A group is test in two folds, or has two roles in one.
    """

    roles: Mapping[str, Mapping[str, Sequence[str]]]

    def __post_init__(self) -> None:
        table = self.table()
        _check_tests(table)
        _check_once(table)

    @classmethod
    def of_table(cls, table: pd.DataFrame) -> "Folds":
        """Return the folds of a folds table (columns fold, role, group)."""
        by_fold = table.groupby("fold", sort=False)
        return cls(
            {fold: part.groupby("role")["group"].apply(list).to_dict() for fold, part in by_fold}
        )

    @classmethod
    def read(cls, path: str | Path) -> "Folds":
        """Return the folds of the table at ``path``, as a study keeps it (``FOLDS``)."""
        return cls.of_table(tables.read(FOLDS, path))

    def table(self) -> pd.DataFrame:
        """Return the folds table: test, validation and training groups of one fold after another.

        All columns are text.
        """
        rows = [
            (fold, role, group)
            for fold, parts in self.roles.items()
            for role in ROLES
            for group in parts.get(role, ())
        ]
        return pd.DataFrame(rows, columns=FOLDS.names, dtype=str)

    def only(self, fold: str) -> "Folds":
        """Return the one fold called ``fold``."""
        return Folds({fold: self._parts(fold)})

    def groups(self, fold: str, role: str) -> list[str]:
        """Return the groups that have ``role`` in ``fold``, in their order; there may be none.

        BadInput for a fold that isn't there.
        """
        return list(self._parts(fold).get(role, ()))

    @property
    def fold_of(self) -> dict[str, str]:
        """Group -> the fold in which it is test, whose models never saw it.

        A group that is test in no fold is not in it.
        """
        return {group: fold for fold in self.roles for group in self.groups(fold, "test")}

    def homes(self, sizes: Mapping[str, int]) -> dict[Interval, str]:
        """Return each stretch of a genome that is explained, with the fold in which it is test.

        ``sizes``: length (bp) of each chromosome; stretches come in their order, by place.
        """
        found = {stretch(group, sizes): fold for group, fold in self.fold_of.items()}
        rank = {chrom: place for place, chrom in enumerate(sizes)}
        ordered = sorted(found, key=lambda one: (rank[one.chrom], one.start))
        return {one: found[one] for one in ordered}

    def chromosomes(self, fold: str, sizes: Mapping[str, int]) -> list[str]:
        """Return the chromosomes of which ``fold`` explains something, in the order of its groups.

        Windows are counted in this order, from one chromosome to the next: a place in a batch
        follows from it (``models.batching``). ``sizes`` as for ``homes``.
        """
        named = (stretch(group, sizes).chrom for group in self.groups(fold, "test"))
        return list(dict.fromkeys(named))

    def folds_of(self, windows: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
        """Return the fold in which the group of each of ``rows`` is test, text (n,).

        ``windows`` is the table of windows, ``rows`` int (n,) are row numbers of it. BadInput for
        a window that every fold has seen.
        """
        fold_of, groups = self.fold_of, _groups(windows, rows)
        found = [fold_of.get(group) for group in groups]
        if None in found:
            odd = found.index(None)
            raise BadInput(
                f"'{groups[odd]}' is test in no fold, so no model may explain its windows",
                expected=f"windows of {', '.join(fold_of)}",
                where=str(windows["id"].iloc[rows[odd]]),
            )
        return np.array(found, dtype=object)

    def by_fold(self, windows: pd.DataFrame, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return fold -> those of ``rows`` whose group is test in it, in their order.

        Every fold with test groups is there. Arguments and errors are those of ``folds_of``.
        """
        rows = np.asarray(rows)
        folds = self.folds_of(windows, rows)
        return {fold: rows[folds == fold] for fold in dict.fromkeys(self.fold_of.values())}

    def held_out(self, windows: pd.DataFrame) -> np.ndarray:
        """Return the rows of ``windows``, int (n,), whose group is test in some fold."""
        return np.flatnonzero(windows["group"].isin(self.fold_of))

    def rows(
        self, windows: pd.DataFrame, fold: str, role: str, among: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the rows of ``windows``, int (n,), whose group has ``role`` in ``fold``.

        With ``among`` (row numbers) it returns those of them, in their order. BadInput for a fold
        that isn't there.
        """
        among = np.arange(len(windows)) if among is None else np.asarray(among)
        wanted = np.array(self.groups(fold, role), dtype=str)
        return among[np.isin(_groups(windows, among), wanted)]

    def _parts(self, fold: str) -> Mapping[str, Sequence[str]]:
        if fold not in self.roles:
            raise BadInput(f"there is no {fold!r}", expected=f"one of {', '.join(self.roles)}")
        return self.roles[fold]


def _groups(windows: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """Return the group of each of ``rows`` as text: a chromosome may be called 1."""
    return windows["group"].iloc[rows].to_numpy(dtype=str)


def balance(weights: Mapping[str, float], k: int) -> list[list[str]]:
    """Share groups out over ``k`` folds of about equal weight: the heaviest first, each to the
    lightest fold (ties: the first).

    Parameters
    ----------
    weights
        Weight of each group (bp of a chromosome, or records of a part).
    k
        Number of folds, 1 <= k <= number of groups.

    Returns
    -------
    For each fold its groups, in the order of ``weights``.
    """
    if not 1 <= k <= len(weights):
        raise BadInput(
            f"{k} folds can't be made of {len(weights)} groups",
            expected=f"a number of folds between 1 and {len(weights)}",
        )
    totals = [0.0] * k
    home = {}
    for group in sorted(weights, key=weights.get, reverse=True):
        lightest = totals.index(min(totals))
        home[group] = lightest
        totals[lightest] += weights[group]
    return [[group for group in weights if home[group] == fold] for fold in range(k)]


def fold_table(
    tests: Sequence[Sequence[str]],
    validations: Sequence[Sequence[str]] | None = None,
    groups: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Make the folds table from the test groups of each fold.

    Parameters
    ----------
    tests
        Test groups of each fold.
    validations
        Groups for early stopping of each fold; by default the next fold's test groups, which
        takes three folds or more.
    groups
        All groups that may be trained on; by default those that ``tests`` and ``validations``
        name. Each fold trains on all but its test and validation groups.
    """
    validations = _next_tests(tests) if validations is None else validations
    if len(validations) != len(tests):
        raise BadInput(
            f"{len(tests)} folds have test groups and {len(validations)} have validation groups",
            expected="as many lists of validation groups as of test groups",
        )
    named = [group for part in [*tests, *validations] for group in part]
    groups = list(dict.fromkeys([*(groups or []), *named]))
    rows = []
    for number, (test, validation) in enumerate(zip(tests, validations, strict=True)):
        training = [group for group in groups if group not in {*test, *validation}]
        roles = zip(ROLES, (test, validation, training), strict=True)
        rows += [(f"fold{number}", role, group) for role, part in roles for group in part]
    return _checked(pd.DataFrame(rows, columns=FOLDS.names, dtype=str), groups)


def _next_tests(tests: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    if len(tests) < LEAST_FOLDS:
        raise BadInput(
            f"{len(tests)} folds leave nothing to train on: a fold's validation groups are "
            "the next fold's test groups",
            expected="three folds or more, or validation groups named for each fold",
        )
    return [*tests[1:], tests[0]]


def folds_of_roles(groups: Sequence[str]) -> pd.DataFrame | None:
    """The one fold whose test, validation and training groups are called so; None where not all.

    A paper's own split, such as ``train``, ``val``, ``test``.
    """
    roles = {_FILE_ROLES.get(group.lower()): group for group in groups}
    if set(roles) != set(ROLES) or len(groups) != len(ROLES):
        return None
    return _numbered([{role: [roles[role]] for role in ROLES}])


def read_fold_file(path: str | Path) -> pd.DataFrame:
    """Read folds from one JSON file.

    Either the form of chrombpnet (``{"train": [...], "valid": [...], "test": [...]}``: one
    fold, named fold0) or that of bpnet (the same, keyed by the number of the split).
    """
    return _checked(_numbered(_splits(path)), None)


def read_fold_files(paths: Iterable[str | Path]) -> pd.DataFrame:
    """Read folds from several JSON files (chrombpnet: one fold each), numbered in their order."""
    return _checked(_numbered([split for path in paths for split in _splits(path)]), None)


def _splits(path: str | Path) -> list[dict[str, list[str]]]:
    """Return the splits of one file, each role -> groups, in the order of their numbers."""
    try:
        content = json.loads("\n".join(text for _, text in texts.lines(path, "a JSON file")))
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadInput(
            f"the folds can't be read: {error}", expected="a JSON file", where=str(path)
        ) from error
    if isinstance(content, dict) and content and all(key.isdecimal() for key in content):
        return [_roles(content[key], f"{path}, split {key}") for key in sorted(content, key=int)]
    return [_roles(content, str(path))]


def _roles(split: object, where: str) -> dict[str, list[str]]:
    expected = 'lists of names under "train", "valid" (or "val") and "test"'
    if not isinstance(split, dict) or not set(split) <= set(_FILE_ROLES):
        raise BadInput("this is not a split of chromosomes", expected=expected, where=where)
    roles = {_FILE_ROLES[key]: groups for key, groups in split.items()}
    whole = set(roles) == set(ROLES) and len(roles) == len(split)
    if not whole or not all(isinstance(groups, list) for groups in roles.values()):
        raise BadInput(
            f"the split has {', '.join(split) or 'nothing'}", expected=expected, where=where
        )
    return roles


def _numbered(splits: list[dict[str, list[str]]]) -> pd.DataFrame:
    rows = [
        (f"fold{number}", role, group)
        for number, split in enumerate(splits)
        for role in ROLES
        for group in split[role]
    ]
    return pd.DataFrame(rows, columns=FOLDS.names, dtype=str)


def check_folds(table: pd.DataFrame, known_groups: Iterable[str]) -> None:
    """Raise BadInput unless ``table`` is a sound set of folds over ``known_groups``.

    Every group is known; no group has two roles in a fold; none is test in two folds; every
    fold has test, validation and training groups.
    """
    _checked(table, list(known_groups))


def _checked(table: pd.DataFrame, known: list[str] | None) -> pd.DataFrame:
    """Return ``table`` if it is sound; ``known`` None leaves the names unchecked."""
    if known is not None:
        _check_known(table, known)
    _check_tests(table)
    _check_once(table)
    _check_filled(table)
    return table


def _check_known(table: pd.DataFrame, known: list[str]) -> None:
    tests_first = table.sort_values("role", key=lambda roles: roles != "test", kind="stable")
    for row in tests_first.itertuples():
        if row.group not in known:
            raise BadInput(
                f"the folds name {row.group!r}, which the inputs don't have"
                + nearest(row.group, known),
                expected=f"one of {', '.join(known[:30])}",
                where=f"folds: {row.fold}, {row.role}",
                remedy="name chromosomes as the FASTA does, parts of the records part0, part1 ...",
            )


def _check_once(table: pd.DataFrame) -> None:
    twice = table[table.duplicated(["fold", "group"], keep=False)]
    for (fold, group), rows in twice.groupby(["fold", "group"], sort=False):
        raise BadInput(
            f"{group} stands {len(rows)} times in one fold: {', '.join(rows['role'])}",
            expected="each group in one role of a fold",
            where=f"folds: {fold}",
            remedy=f"leave {group} in one role",
        )


def _check_tests(table: pd.DataFrame) -> None:
    test = table[table["role"] == "test"]
    for group, rows in test[test.duplicated("group", keep=False)].groupby("group", sort=False):
        raise BadInput(
            f"{group} is test in more than one fold: {', '.join(rows['fold'])}",
            expected="each group held out of one fold, whose model explains it",
            where="folds.test, or the fold files",
            remedy=f"leave {group} in one of them",
        )


def _check_filled(table: pd.DataFrame) -> None:
    if table.empty:
        raise BadInput("there are no folds", expected="one fold or more")
    for fold, rows in table.groupby("fold", sort=False):
        for role in ROLES:
            if role not in set(rows["role"]):
                raise BadInput(
                    f"{fold} has no {role} groups",
                    expected="test, validation and training groups in every fold",
                    remedy="use more folds, or name fewer test and validation groups",
                )
