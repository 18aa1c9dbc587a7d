"""Motifs that a method misses: the TAL1-GATA1 table of the DeepLIFT paper.

The network of Shrikumar, Greenside and Kundaje (2017), 4.2, tells simulated sequences that
hold both a TAL1 and a GATA1 motif from those with one or none; the two stand in for each other
in its dense layer. Counted are good matches of a motif, in test sequences that hold both, whose
summed contribution to "both" is 0 or less. Logits are explained, against the simulation's base
frequencies; the network pools by averages, so no rule of max pooling comes in.
"""

import chromolens.kernels  # noqa: F401, isort: skip (before anybody imports TensorFlow)
import argparse
import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens.attribution import front
from chromolens.checks import missed
from chromolens.genome.onehot import encode
from chromolens.models import devices
from chromolens.models.model import Model, load_model

STORAGE = "raw.githubusercontent.com/AvantiShri/model_storage/"
STORAGE += "d53ee8e7206873fcddb594c92cb2445f77f20da5/deeplift/genomics"
NETWORK = "keras2_conv1d_record_5_model_PQzyq_model"
BACKGROUND = [0.3, 0.2, 0.2, 0.3]
MOTIFS = {"TAL1": "TAL1_known1", "GATA1": "GATA_disc1"}
BEST_MATCHES, GOOD_MATCH = 5, 7
METHODS = {
    "guided_backprop": {},
    "gradient_x_input": {},
    "integrated_gradients": {"steps": 10},
    "deeplift_rescale": {},
    "deeplift_revealcancel": {},
    "deeplift_genomics": {},
}


def paper_model(folder: Path) -> Model:
    """The paper's network and background."""
    model = load_model((folder / f"{NETWORK}Json.json", folder / f"{NETWORK}Weights.h5"))
    model.background = BACKGROUND
    return model


def held_out_sequences(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Sequences (800, 200, 4) and labels (800, 3) of the paper's test set."""
    table = pd.read_table(folder / "sequences.simdata.gz", index_col="seqName")
    with gzip.open(folder / "test.txt.gz", "rt") as file:
        chosen = table.loc[file.read().split()]
    inputs = np.stack([encode(sequence) for sequence in chosen["sequence"]]).astype(np.float32)
    return inputs, chosen[["task1", "task2", "task3"]].to_numpy()


def count(folder: Path, motifs: Path) -> pd.DataFrame:
    """A row for each method and motif: matches, missed and their share in percent."""
    model, (inputs, labels) = paper_model(folder), held_out_sequences(folder)
    inputs = inputs[labels[:, 0] == 1]
    found = {}
    for name, ppm in missed.read_matrices(motifs, list(MOTIFS.values())).items():
        matches = missed.best_matches(inputs, missed.log_odds(ppm, BACKGROUND), BEST_MATCHES)
        found[name] = len(ppm), matches[matches["log_odds"] >= GOOD_MATCH]
    rows = []
    for method, settings in METHODS.items():
        result = front.attribute(model, inputs, method=method, task=0, **settings)
        for name, motif in MOTIFS.items():
            width, matches = found[motif]
            lost = (missed.added(result.contributions, matches, width) <= 0).sum()
            rows.append((method, name, len(matches), int(lost)))
    table = pd.DataFrame(rows, columns=["method", "motif", "matches", "missed"])
    return table.assign(percent=(100 * table["missed"] / table["matches"]).round(2))


def main() -> None:
    """Print the table and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    mirror = os.environ.get("CHROMOLENS_MIRROR")
    parser.add_argument("--mirror", type=Path, default=mirror, required=mirror is None)
    parser.add_argument("--motifs", type=Path, help="default: ../motifs beside the mirror")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/tal1_gata1.tsv"))
    given = parser.parse_args()
    mirror = Path(given.mirror)
    motifs = given.motifs or mirror.resolve().parent / "motifs/encode_gata1_tal1.meme"
    table = count(mirror / STORAGE, motifs)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(given.output, sep="\t", index=False)
    print(table.to_string(index=False))
    print(devices.machine())


if __name__ == "__main__":
    main()
