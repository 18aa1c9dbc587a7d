"""The files of SIS of one task, small and made up."""

from pathlib import Path

import pandas as pd
from synthetic_tables import naming, ppm_of, written

from chromolens.motifs.meme import write_meme
from chromolens.tables.sis import ALIGNED, CLUSTERS, SUBSET_MOTIFS, SUBSETS, WEIGHTS


def sis(folder: Path, task: str, tasks: dict) -> dict[str, Path]:
    site, stem = tasks[task], folder / task.encode().hex()
    strings = [site[1:-1], site[:-2], site[2:], site[1:4] + "NN" + site[6:]]
    clusters = pd.DataFrame(
        {"cluster": [0, 0, 0, 0, -1], "string": [*strings, "GATNNA"], "count": [97, 41, 12, 9, 14]}
    )
    subsets = pd.DataFrame(
        {
            "id": ["chrI:305-506"] * 3,
            "fold": "fold0",
            "order": [0, 1, 2],
            "value": 1.2,
            "without_one": 0.5,
            "threshold": 1.0,
            "rest_value": 0.2,
            "positions": ["90,91,92,95", "20,21", "1,2,3"],
            "string": strings[:3],
        }
    )
    turned = site[::-1].translate(str.maketrans("ACGT", "TGCA"))
    ppms = {"paper_0.0": ppm_of(site), "aligned_0": ppm_of(turned)}
    identifier = f"MA{list(tasks).index(task):04d}.1"
    motifs = pd.DataFrame(
        [
            {"motif": name, **naming(task, ppm, motif_id=identifier, strand=strand)}
            for (name, ppm), strand in zip(ppms.items(), "+-", strict=True)
        ]
    )
    write_meme(ppms, f"{stem}.meme")
    aligned = pd.DataFrame(
        {
            "id": "chrI:305-506",
            "order": range(6),
            "part": 0,
            "cluster": [0] * 5 + [-1],
            "strand": list("++-+-+"),
            "offset": [0, 0, 0, 1, -1, 0],
            "kept": [7] * 5 + [3],
            "string": [turned] * 3 + [turned[1:-3] + "NG", "AN" + turned[1:], "GAT"],
        }
    )
    weights = pd.DataFrame(ppm_of(turned) / 2, columns=list("ACGT")).assign(motif="aligned_0")
    return {
        "sis": written(SUBSETS, subsets, Path(f"{stem}.sis.tsv.gz")),
        "meme": Path(f"{stem}.meme"),
        "clusters": written(CLUSTERS, clusters, Path(f"{stem}.clusters.tsv")),
        "aligned": written(ALIGNED, aligned, Path(f"{stem}.aligned.tsv.gz")),
        "weights": written(WEIGHTS, weights, Path(f"{stem}.weights.tsv")),
        "motifs": written(SUBSET_MOTIFS, motifs, Path(f"{stem}.motifs.tsv")),
    }
