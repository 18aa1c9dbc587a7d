"""Where each result of a study lies: one row per file, from the tables of its jobs.

The rules write these files, each under the same literal path below ``results/{study}``;
``tests/test_results.py`` holds the two together. Whoever reads results asks this index
(``chromolens/study.py``) and spells no path.
"""

from collections.abc import Iterable, Mapping
from types import ModuleType

import pandas as pd

from chromolens import plugins

KEYS = ["model", "task", "method", "fold", "replicate", "shard"]
COLUMNS = ["kind", *KEYS, "path"]

# Table of jobs -> kind of file that each of them has -> its place in the study's folder.
FILES = {
    "study": {
        "windows": "inputs/windows.tsv.gz",
        "folds": "inputs/folds.tsv",
        "dropped": "inputs/dropped.tsv",
        "notes": "inputs/notes.json",
        "lexicon": "lexicon/lexicon.tsv",
        "members": "lexicon/members.tsv",
        "lexicon_meme": "lexicon/lexicon.meme",
        "acceptance": "acceptance.tsv",
        "provenance": "provenance.json",
        "report": "report/index.html",
    },
    "genome": {
        "genome": "inputs/genome.fa.gz",
        "chromosomes": "inputs/chromosomes.tsv",
    },
    "simulated": {
        "truth": "simulated/truth.bed",
        "core": "simulated/core.bed",
    },
    "models": {
        "model_windows": "inputs/{model}.windows.tsv.gz",
        "metrics": "models/{model}/metrics.tsv",
        "pooled": "models/{model}/pooled.tsv",
        "predictions": "models/{model}/predictions.tsv.gz",
        "picked": "attribution/{model}/windows.tsv",
        "thresholds": "sis/{model}/thresholds.tsv",
        "filters": "filters/{model}/filters.tsv",
        "filters_meme": "filters/{model}/filters.meme",
        "filter_sites": "filters/{model}/sites.tsv",
    },
    "trainings": {
        "network": "models/{model}/{fold}.{replicate}.keras",
        "card": "models/{model}/{fold}.{replicate}.json",
        "history": "models/{model}/{fold}.{replicate}.history.tsv",
    },
    "shards": {"shard": "attribution/{model}/{method}/{shard}.h5"},
    "explained": {"explained": "attribution/{model}/{method}/windows.h5"},
    "raw": {"track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "scaled": {"scaled_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "sd": {"sd_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "sign": {"sign_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "prediction": {"prediction_track": "tracks/{study}.{model}.{task}.{track}.bw"},
    "observed": {"observed_track": "tracks/{study}.{task}.observed.bw"},
    "records": {"contributions": "contributions/{study}.{model}.{task}.{method}.h5"},
    "motifs": {
        "modisco": "motifs/{model}/{task}/{method}/modisco.h5",
        "patterns": "motifs/{model}/{task}/{method}/patterns.tsv",
        "patterns_meme": "motifs/{model}/{task}/{method}/patterns.meme",
        "subpatterns": "motifs/{model}/{task}/{method}/subpatterns.tsv",
        "seqlets": "motifs/{model}/{task}/{method}/seqlets.bed",
        "merged": "motifs/{model}/{task}/{method}/merged.tsv",
        "merged_h5": "motifs/{model}/{task}/{method}/merged.h5",
        "merged_meme": "motifs/{model}/{task}/{method}/merged.meme",
        "matches": "motifs/{model}/{task}/{method}/matches.tsv",
        "matches_meme": "motifs/{model}/{task}/{method}/matches.meme",
        "motif_page": "report/motifs/{model}.{task}.{method}.html",
    },
    "subsets": {
        "sis": "sis/{model}/{task}/sis.tsv.gz",
        "sis_counts": "sis/{model}/{task}/counts.tsv",
        "sis_clusters": "sis/{model}/{task}/clusters.tsv",
        "sis_aligned": "sis/{model}/{task}/aligned.tsv.gz",
        "sis_motifs": "sis/{model}/{task}/motifs.tsv",
        "sis_weights": "sis/{model}/{task}/weights.tsv",
        "sis_meme": "sis/{model}/{task}/motifs.meme",
        "sis_bed": "sis/{model}/{task}/subsets.bed",
    },
    "swept": {"sweep": "sis/{model}/{task}/sweep.tsv"},
    "masked": {"mask": "checks/{model}.mask.tsv"},
    "searched": {
        "hits": "hits/{model}/{task}/{method}/hits.bed.gz",
        "hits_bigbed": "hits/{model}/{task}/{method}/hits.bb",
        "sought": "hits/{model}/{task}/{method}/motifs.tsv",
    },
    "checked_hits": {"checked_hits": "checks/{model}.{task}.{method}.hits.tsv"},
    "completeness": {"completeness": "checks/{model}.{method}.completeness.tsv"},
    "planted": {"planted": "checks/{model}.{task}.{method}.planted.tsv"},
    "tiled": {"tiles": "checks/{model}.tiles.tsv"},
    "compared": {"methods": "checks/{model}.methods.tsv"},
}
KINDS = [kind for files in FILES.values() for kind in files]

Jobs = pd.DataFrame | list | dict
"""Rows of a table of jobs, as ``pandas.DataFrame`` takes them; ``ONE`` where there is one."""
ONE = [{}]


def index(study: str, jobs: Mapping[str, Jobs]) -> pd.DataFrame:
    """One row per file: ``COLUMNS``, all text, empty where a file has no model, task, ...

    ``jobs`` has the keys of ``FILES``. Paths count from the study's folder.
    """
    rows = []
    for table, files in FILES.items():
        frame = pd.DataFrame(jobs[table])
        for kind, place in files.items():
            rows += [_row(kind, place, study, job) for job in frame.to_dict("records")]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(kind: str, place: str, study: str, job: Mapping) -> dict[str, str]:
    path = place.format(study=study, **{str(key): value for key, value in job.items()})
    return {"kind": kind, "path": path} | {key: str(job.get(key, "")) for key in KEYS}


def of_shards(shards: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """One row per shard that a run (model, method) explains: model, fold, shard, method."""
    own = shards[["model", "fold", "shard"]].drop_duplicates()
    return own.merge(runs[["model", "method"]], on="model")


def of_tracks(tracked: pd.DataFrame, joined: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Joined tracks as tables ``raw``, ``scaled``, ``sd``, ``sign`` and ``prediction``.

    ``tracked`` has the models with their tasks, ``joined`` the tracks of each of these.
    """
    pairs = tracked[["model", "task"]].drop_duplicates()
    table = pairs.merge(joined, how="cross")
    contributions = table["array"] == "contributions"
    scaled = table["scaled"].astype(bool)
    return {
        "raw": table[contributions & ~scaled],
        "scaled": table[contributions & scaled],
        "sd": table[table["array"] == "sd"],
        "sign": table[table["array"] == "sign"],
        "prediction": table[table["array"] == "predictions"].assign(method=""),
    }


def needs(sections: ModuleType) -> list[str]:
    """Kinds of results that a package of sections says it is made from, read without importing."""
    names = plugins.names(sections)
    return [kind for name in names for kind in plugins.constant(sections, name, "NEEDS", ())]


def needed(index: pd.DataFrame, kinds: Iterable[str]) -> list[str]:
    """Paths of all files of these kinds that the study has; BadInput for an unknown kind."""
    kinds = list(kinds)
    for kind in kinds:
        plugins.check_one(kind, KINDS, "kind of result", "NEEDS")
    return index.loc[index["kind"].isin(kinds), "path"].tolist()
