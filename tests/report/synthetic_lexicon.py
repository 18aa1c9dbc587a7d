"""The lexicon of the made-up study: two motifs of both readings, one of each alone, a null's."""

from pathlib import Path

import pandas as pd
from synthetic_tables import NULL, ppm_of, written

from chromolens.motifs.meme import write_meme
from chromolens.tables.motifs import LEXICON, MEMBERS


def lexicon(folder: Path, tasks: dict) -> dict[str, Path]:
    first, second = list(tasks)[:2]
    members = [
        ("M01_REB1", "modisco", "cnn", first, 183, False),
        ("M01_REB1", "sis", "cnn", first, 180, False),
        ("M01_REB1", "sis", "cnn", first, 90, False),
        ("M01_REB1", "modisco", "cnn", second, 31, False),
        ("M01_REB1", "filters", "cnn", "", 60, False),
        ("M01_REB1", "filters", "cnn", "", 50, False),
        ("M02_ABF1", "modisco", "cnn", second, 170, False),
        ("M03_TTGAC", "sis", "cnn", first, 40, False),
        ("M03_TTGAC", "modisco", NULL, first, 12, True),
        ("M04_CCGG", "filters", "cnn", "", 25, False),
        ("M05_AATT", "modisco", NULL, first, 24, True),
    ]
    names = ["motif", "reading", "model", "task", "support", "null"]
    listed = pd.DataFrame(members, columns=names)
    motifs = list(dict.fromkeys(listed["motif"]))
    table = pd.DataFrame({"motif": motifs})
    table["name"] = ["REB1", "ABF1", "", "", ""]
    table["sign"] = ["pos", "neg", "pos", "", "pos"]
    write_meme({motif: ppm_of(tasks[first]) for motif in motifs}, folder / "lexicon.meme")
    return {
        "table": written(LEXICON, table, folder / "lexicon.tsv"),
        "members": written(MEMBERS, listed, folder / "members.tsv"),
        "meme": folder / "lexicon.meme",
    }
