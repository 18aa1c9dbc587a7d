"""Studies of labelled records: loci come from the explained windows."""

import dataclasses

import h5py
import numpy as np
import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.genome.onehot import encode
from chromolens.inputs.windows import write_windows
from chromolens.report.page import render
from chromolens.scores import seal
from chromolens.tables.inputs import FOLDS
from chromolens.tables.models import PREDICTIONS


@pytest.fixture
def records(study, tmp_path):
    rng = np.random.default_rng(3)
    sequences = ["".join(rng.choice(list("ACGT"), 101)) for _ in range(40)]
    labels = np.arange(40) % 2
    windows = pd.DataFrame(
        {
            "id": [f"seq{i}" for i in range(40)],
            "group": [f"part{i % 4}" for i in range(40)],
            "sequence": sequences,
            "role": np.where(labels, "positive", "negative"),
            "source": np.where(labels, "CTCF", "negative"),
            "gc": 0.5,
            "CTCF": labels.astype(float),
        }
    )
    write_windows(windows, tmp_path / "windows.tsv.gz")
    predictions = windows[["id", "group", "role", "source"]].copy()
    predictions["CTCF"], predictions["CTCF.label"] = labels * 2.0, labels
    write_partial(PREDICTIONS, predictions, tmp_path / "predictions.tsv")
    contributions = np.zeros((40, 101), dtype=np.float32)
    contributions[:, 60:70] = rng.uniform(0.2, 1, (40, 10))
    with h5py.File(tmp_path / "windows.h5", "w") as file:
        group = file.create_group("CTCF")
        group["id"] = windows["id"].tolist()
        group["onehot"] = np.stack([encode(s) for s in sequences]).astype(np.int8)
        group["contributions"] = contributions
    seal(tmp_path / "windows.h5")
    folds = pd.DataFrame(
        {
            "fold": "fold0",
            "group": [f"part{i}" for i in range(4)],
            "role": ["test", "validation", "training", "training"],
        }
    )
    write_partial(FOLDS, folds, tmp_path / "folds.tsv")
    return (
        dataclasses.replace(
            study,
            kind="sequences",
            fasta=None,
            windows=tmp_path / "windows.tsv.gz",
            folds=tmp_path / "folds.tsv",
            predictions={("cnn", "fold0", 0): tmp_path / "predictions.tsv"},
            explained={("cnn", "deeplift_rescale"): tmp_path / "windows.h5"},
            tracks={},
            prediction_tracks={},
            locus_width=60,
        ),
        sequences,
        contributions,
    )


def test_the_best_records_are_drawn_with_their_own_letters(records):
    study, sequences, contributions = records
    text = render(study)
    mass = np.where(np.arange(40) % 2, contributions.sum(axis=1), 0)
    best = int(np.argmax(mass))
    section = text.split('<section id="loci"')[1].split("</section>")[0]
    assert f"<b>seq{best}:" in section
    assert "centred on its events" not in text  # records have none
    at = int(np.argmax(contributions[best]))
    assert f"seq{best}:{at + 1} {sequences[best][at]}  deeplift_rescale" in section
    assert "4 parts" in text
