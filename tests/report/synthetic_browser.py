"""The made-up study as a folder with an index: tracks, hits and subsets for browsers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import synthetic_study
from synthetic_tables import written

from chromolens.genome.fasta import chromosome_sizes
from chromolens.motifs.hits.files import write_bed, write_bigbed
from chromolens.report.contents import Contents
from chromolens.study import Study
from chromolens.tables.inputs import CHROMOSOMES
from chromolens.tables.motifs import HITS
from chromolens.tables.study import INDEX

TASKS = {name: synthetic_study.SITES[name] for name in ("Reb1", "Abf1")}
TITLE = "Two <i>yeast</i> factors & </script><b>no tag</b>"
SUBSET = ("chrI", 2390, 2400, "chrI:2305-2506|0", 0, ".", 2390, 2400, 0, 2, "3,4", "0,6")


def build(folder: Path) -> tuple[Study, Contents]:
    """Write all files under ``folder``; two of the tasks of the study, and three hits a motif."""
    contents = replace(synthetic_study.build(folder, TASKS, TITLE), sis={})
    sizes = chromosome_sizes(contents.fasta)
    lengths = pd.DataFrame({"chrom": list(sizes), "length": sizes.values(), "md5": "-"})
    written(CHROMOSOMES, lengths, folder / "chromosomes.tsv")
    (folder / "subsets.bed").write_text("\t".join(map(str, SUBSET)) + "\n")
    observed = {chrom: np.arange(synthetic_study.LENGTH) % 7 for chrom in sizes}
    synthetic_study._bigwig(folder / "Reb1.observed.bw", observed)
    rows = [
        ("genome", "", "", "", contents.fasta.name),
        ("sis_bed", "cnn", "Reb1", "", "subsets.bed"),
    ]
    rows += [("observed_track", "", "Reb1", "", "Reb1.observed.bw")]
    rows += [("track", *key, path.name) for key, path in contents.tracks.items()]
    for number, task in enumerate(TASKS):
        key, stem = ("cnn", task, "deeplift_rescale"), folder / f"{task}.hits"
        rows += [("prediction_track", "cnn", task, "", f"{task}.pred.bw")]
        rows += [("hits", *key, f"{task}.hits.bed.gz"), ("hits_bigbed", *key, f"{task}.hits.bb")]
        found = _hits(task, number)
        write_bed(found, f"{stem}.bed.gz")
        write_bigbed(found, sizes, f"{stem}.bb")
    rows += [("chromosomes", "", "", "", "chromosomes.tsv")]
    rows += [("provenance", "", "", "", "provenance.json"), *_made(folder)]
    index = pd.DataFrame(rows, columns=["kind", "model", "task", "method", "path"])
    config = {"study": "two", "title": TITLE, "inputs": {"ucsc": "sacCer3"}}
    (folder / "provenance.json").write_text(json.dumps({"config": config}))
    return Study(folder, index.reindex(columns=INDEX.names, fill_value="")), contents


def _hits(task: str, number: int) -> pd.DataFrame:
    """Seven at the task's own events, the later ones of more evidence."""
    starts = [400 + 800 * i + 400 * number for i in range(7)]
    table = pd.DataFrame({"chrom": "chrII", "start": starts})
    table = table.assign(end=table["start"] + len(TASKS[task]), name=task.upper(), score=500)
    table = table.assign(strand="-", motif=f"M0{number + 1}_{task.upper()}", q=0.01, p=1e-5)
    table = table.assign(match=9.0, contribution=2.0, contribution_p=0.001, agreement=0.9)
    table = table.assign(combined=10.0 + table.index, probability=0.5)
    return table.assign(window=".", fold="fold1", over=".")[HITS.names]


def _made(folder: Path) -> list[tuple]:
    """What ``browse`` is to write."""
    for name in ("report", "tracks"):
        (folder / name).mkdir()
    made = {"tracks_page": "report/tracks.html", "igv_session": "tracks/igv_session.xml"}
    made |= {"hub": "tracks/hub.txt", "hub_genomes": "tracks/genomes.txt"}
    made |= {"hub_tracks": "tracks/trackDb.txt"}
    kinds = ("events", "genes", "planted", "subsets")
    made |= {f"{kind}_bigbed": f"tracks/two.{kind}.bb" for kind in kinds}
    return [(kind, "", "", "", path) for kind, path in made.items()]
