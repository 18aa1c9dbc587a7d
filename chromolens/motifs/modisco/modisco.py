"""Patterns in hypothetical contributions, by TF-MoDISco (Shrikumar et al. 2018; modisco-lite).

modisco-lite forks, so that it must run in a process without TensorFlow. It fails on input that
a study can well give (constant scores, scores of one sign), takes seqlets in input order up to
its cap, and its command line hides settings: so its input is checked and shuffled here, every
setting is explicit, and finding nothing is a result with a reason.

The result is modisco-lite's own HDF5 file, plus a group ``chromolens``: dataset ``ids`` (the
windows in modisco's order: its ``example_idx`` points there) and attributes ``offset`` (bases of
a window before the stretch that modisco read: its ``start`` counts from there), ``settings`` and
``versions`` (JSON), ``windows``, ``dropped_n`` and ``reason`` (why there are no patterns, or "").
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import h5py

from chromolens.errors import BadInput
from chromolens.motifs.modisco.contributions import (
    ONE_SIGN,
    Scores,
    check_scores,
    obstacle,
    read_scores,
)
from chromolens.motifs.names.kernels import share_kernels
from chromolens.runlog import atomic, logger
from chromolens.scores import seal


@dataclass(frozen=True)
class Settings:
    """Settings of ``modiscolite.tfmodisco.TFMoDISco``, under its names.

    Defaults are the function's, but for four that suit a few hundred short windows: the core
    and flank of a seqlet are the command's (20 + 2 x 5 bp rather than 21 + 2 x 10), a
    metacluster may hold as few as 20 seqlets, at most 5,000 are read, and Leiden is run 10
    times rather than 50.

    A pattern is trim_to_window_size + 2 x initial_flank_to_add (50) bp wide, and a seqlet so
    near a window's end that this doesn't fit is lost: in windows of about 100 bp make both
    smaller, or nothing may be found.
    """

    sliding_window_size: int = 20
    flank_size: int = 5
    min_metacluster_size: int = 20
    weak_threshold_for_counting_sign: float = 0.8
    max_seqlets_per_metacluster: int = 5000
    target_seqlet_fdr: float = 0.2
    min_passing_windows_frac: float = 0.03
    max_passing_windows_frac: float = 0.2
    n_leiden_runs: int = 10
    n_leiden_iterations: int = -1
    min_overlap_while_sliding: float = 0.7
    nearest_neighbors_to_compute: int = 500
    affmat_correlation_threshold: float = 0.15
    tsne_perplexity: float = 10.0
    frac_support_to_trim_to: float = 0.2
    min_num_to_trim_to: int = 30
    trim_to_window_size: int = 30
    initial_flank_to_add: int = 10
    final_flank_to_add: int = 0
    prob_and_pertrack_sim_merge_thresholds: tuple = ((0.8, 0.8), (0.5, 0.85), (0.2, 0.9))
    prob_and_pertrack_sim_dealbreaker_thresholds: tuple = (
        (0.4, 0.75),
        (0.2, 0.8),
        (0.1, 0.85),
        (0.0, 0.9),
    )
    subcluster_perplexity: float = 50
    merging_max_seqlets_subsample: int = 1000
    final_min_cluster_size: int = 20
    min_ic_in_window: float = 0.6
    min_ic_windowsize: int = 6
    ppm_pseudocount: float = 0.001


def find_patterns(
    windows_h5: str | Path,
    task: str,
    path: str | Path,
    *,
    seed: int = 0,
    width: int | None = None,
    **settings: object,
) -> int:
    """Run TF-MoDISco on a task's explained windows; write ``path``; return the patterns found.

    Parameters
    ----------
    windows_h5
        Explained windows (``windows.h5``): group ``task`` with id, onehot, hypothetical.
    seed
        Order of the windows, which decides what the cap on seqlets leaves out. (All random
        numbers inside modisco-lite have fixed seeds.)
    width
        Read the middle ``width`` bp of each window; None reads all. Odd widths lose a base.
    settings
        Those of ``Settings``.

    Raises
    ------
    BadInput
        For a misspelt setting, wrong shapes, NaN, one-hot rows that are none, or windows
        narrower than a seqlet. Too few windows or seqlets, or scores that are constant or of
        one sign, give a file without patterns and the reason in it.
    RuntimeError
        In a process that has imported TensorFlow.
    """
    if "tensorflow" in sys.modules:
        raise RuntimeError("modisco-lite forks: run it in a process without TensorFlow")
    checked = _settings(settings)
    scores = read_scores(windows_h5, task, seed, width)
    check_scores(
        scores, checked.sliding_window_size, checked.flank_size, f"{windows_h5}, task {task}"
    )
    positive, negative, reason = _run(scores, checked)
    found = len(positive or []) + len(negative or [])
    if not found:
        reason = reason or "too few seqlets passed, or none of them clustered"
        logger.warning("no patterns for %s: %s", task, reason)
    with atomic(path) as temporary:
        _save(temporary, scores, checked, (positive, negative), "" if found else reason)
        seal(temporary)
    return found


def _settings(given: dict) -> Settings:
    names = [field.name for field in fields(Settings)]
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise BadInput(f"TF-MoDISco has no setting {unknown[0]!r}", expected=", ".join(names))
    settings = Settings(**given)
    if settings.flank_size < 1:
        # modiscolite cuts flanks off with [flank:-flank], which is empty at 0
        raise BadInput("flank_size 0", expected="1 or more: with 0 TF-MoDISco finds no seqlets")
    return settings


def _run(scores: Scores, settings: Settings) -> tuple[list | None, list | None, str]:
    reason = obstacle(scores, settings.sliding_window_size)
    if reason:
        return None, None, reason
    share_kernels("modiscolite")
    from modiscolite import tfmodisco

    try:
        with _tolerant(tfmodisco):
            found = tfmodisco.TFMoDISco(scores.onehot, scores.hypothetical, **asdict(settings))
        return *found, ""
    except (ValueError, ZeroDivisionError) as error:
        # scikit-learn's words, and a division, when modisco's null or the scores' windows
        # hold one sign only
        if isinstance(error, ValueError) and "Sample weights" not in str(error):
            raise
        return None, None, ONE_SIGN


@contextmanager
def _tolerant(tfmodisco: ModuleType) -> Iterator[None]:
    """Let a metacluster of which no seqlet resembles another have no patterns.

    modisco-lite 3.0.0 takes the largest of no clusters there and fails, and with one sign's
    metacluster the patterns of the other would be lost.
    """
    original = tfmodisco.seqlets_to_patterns

    def seqlets_to_patterns(**arguments: object) -> list | None:
        try:
            return original(**arguments)
        except ValueError as error:
            if "empty sequence" not in str(error):
                raise
            return None

    tfmodisco.seqlets_to_patterns = seqlets_to_patterns
    try:
        yield
    finally:
        tfmodisco.seqlets_to_patterns = original


def _save(
    path: Path,
    scores: Scores,
    settings: Settings,
    patterns: tuple[list | None, list | None],
    reason: str,
) -> None:
    from modiscolite.io import save_hdf5

    save_hdf5(str(path), *patterns, scores.onehot.shape[1])
    packages = ("modisco-lite", "numpy", "numba", "leidenalg", "scikit-learn")
    with h5py.File(path, "a") as file:
        own = file.create_group("chromolens")
        own.create_dataset("ids", data=scores.ids.astype(object), dtype=h5py.string_dtype())
        own.attrs["offset"] = scores.offset
        own.attrs["windows"] = len(scores.ids)
        own.attrs["dropped_n"] = scores.dropped_n
        own.attrs["reason"] = reason
        own.attrs["settings"] = json.dumps(asdict(settings))
        own.attrs["versions"] = json.dumps({name: version(name) for name in packages})
