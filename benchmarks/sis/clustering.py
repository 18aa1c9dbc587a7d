"""CPU time and quality of both clusterings of subsets, on strings drawn from known motifs.

    PYTHONPATH=. OMP_NUM_THREADS=1 python benchmarks/sis/clustering.py

10,000 SIS strings (``tests/sis/families.py``): seven forms of five factors, drawn alike often and
on random strands; MAFF in the three forms that the paper shows. Each base changes with 3 % and is
not kept with 15 %; a tenth of the strings are noise. ``harder``: 25 % and 30 % noise.

Numbers of quality are adjusted Rand indices, noise of a clustering being one class:

    forms     against the seven forms, of strings that are not noise
    motifs    the same, the whole and the core of MAFF being one, as in the paper's first cluster
    factors   the same, against the five factors
    all       as ``motifs``, over all strings: noise must be found to be noise
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.cluster import DBSCAN, HDBSCAN
from sklearn.metrics import adjusted_rand_score

from chromolens.sis.motifs.aligned import aligned_clusters, by_size, distances
from chromolens.sis.motifs.cluster_motifs import paper_clusters
from tests.sis.families import planted_strings

HARDER = {"drop": 0.25, "noisy": 0.3}
CUTS = (0.45, 0.5, 0.525, 0.55, 0.575, 0.6, 0.625, 0.65, 0.7, 0.75)
RADII = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45)
SIZES = (20, 50, 100)


def quality(families: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """The four indices (see the module), clusters and the share of noise."""
    motifs = np.where(families == "maf_core", "maf_whole", families)
    factors = np.array([name.split("_")[0] for name in families])
    real = families != "noise"
    truths = {"forms": families, "motifs": motifs, "factors": factors}
    found = {name: adjusted_rand_score(t[real], labels[real]) for name, t in truths.items()}
    found["all"] = adjusted_rand_score(motifs, labels)
    return found | {"clusters": labels.max() + 1, "lost": (labels[real] < 0).mean()}


def cpu(job: Callable, *arguments: object) -> tuple[float, object]:
    """CPU seconds of a job, and what it gave."""
    start = time.process_time()
    result = job(*arguments)
    return time.process_time() - start, result


def modes(count: int, seeds: range) -> Iterator[dict]:
    """Both modes as they are, by seed."""
    for seed in seeds:
        strings, families = planted_strings(count, seed)
        for mode, job in (("paper", paper_clusters), ("aligned", aligned_clusters)):
            seconds, found = cpu(job, strings)
            labels = found if mode == "paper" else found.labels
            row = {"mode": mode, "seed": seed, "distinct": len(set(strings)), "CPU s": seconds}
            yield row | quality(families, labels)


def settings(count: int, seed: int, **harder: float) -> Iterator[dict]:
    """Ways to cluster by the same distances, over a range of the setting of each."""
    strings, families = planted_strings(count, seed, **harder)
    which, distinct = pd.factorize(np.array(strings, object))
    weights, near = np.bincount(which), distances(list(distinct))
    full, tree = squareform(near), linkage(near, "average")
    smallest, neighbours = 20, round(np.sqrt(count))
    for cut in CUTS:
        labels = by_size(fcluster(tree, cut, "distance")[which], smallest)
        yield {"way": "average linkage", "setting": cut} | quality(families, labels)
    for radius in RADII:
        scan = DBSCAN(eps=radius, min_samples=neighbours, metric="precomputed")
        labels = scan.fit(full, sample_weight=weights).labels_[which]
        yield {"way": "DBSCAN", "setting": radius} | quality(families, labels)
    for size in SIZES:
        scan = HDBSCAN(min_cluster_size=size, min_samples=10, metric="precomputed", copy=True)
        labels = scan.fit(full.astype(float)).labels_[which]
        yield {"way": "HDBSCAN", "setting": size} | quality(families, labels)


def show(title: str, rows: Iterator[dict]) -> None:
    """A table in Markdown."""
    table = pd.DataFrame(rows)
    print(f"\n{title}\n\n| {' | '.join(table)} |\n|{' --- |' * len(table.columns)}")
    for row in table.itertuples(index=False):
        cells = [f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row]
        print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strings", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    show("Both modes, as they are", modes(given.strings, range(given.seeds)))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\nLargest memory: {most:.2f} GB, imports included.")
    fewer = given.strings // 2
    show("Settings", settings(fewer, 0))
    show("Settings, harder strings", settings(fewer, 1, **HARDER))


if __name__ == "__main__":
    main()
