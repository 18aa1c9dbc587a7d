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

import h5py
import keras
import numpy as np
import pandas as pd
from keras import layers

from chromolens import plugins
from chromolens.attribution import front
from chromolens.attribution import methods as attribution_methods
from chromolens.genome.onehot import encode
from chromolens.models import devices
from chromolens.models.model import Model
from chromolens.motifs.meme import read_meme

STORAGE = "raw.githubusercontent.com/AvantiShri/model_storage/"
STORAGE += "d53ee8e7206873fcddb594c92cb2445f77f20da5/deeplift/genomics"
WEIGHTS = "keras2_conv1d_record_5_model_PQzyq_modelWeights.h5"
BACKGROUND = [0.3, 0.2, 0.2, 0.3]
MOTIFS = {"TAL1": "TAL1_known1", "GATA1": "GATA_disc1"}
BEST_MATCHES, PSEUDOCOUNT, GOOD_MATCH = 5, 0.001, 7
METHODS = {
    "guided_backprop": {},
    "gradient_x_input": {},
    "integrated_gradients": {"steps": 10},
    "deeplift_rescale": {},
    "deeplift_revealcancel": {},
    "deeplift_genomics": {},
}


def paper_model(folder: Path) -> Model:
    """The paper's network, with its weights and background."""
    network = keras.Sequential(
        [
            keras.Input((200, 4)),
            layers.Conv1D(50, 11, activation="relu", name="conv1d_1"),
            layers.Conv1D(50, 11, activation="relu", name="conv1d_2"),
            layers.AveragePooling1D(180),
            layers.Flatten(),
            layers.Dense(50, activation="relu", name="dense_1"),
            layers.Dropout(0.5),
            layers.Dense(3, activation="sigmoid", name="dense_2"),
        ]
    )
    with h5py.File(folder / WEIGHTS) as file:
        for layer in network.layers:
            if layer.weights:
                stored = file[layer.name][layer.name]
                layer.set_weights([stored["kernel:0"][:], stored["bias:0"][:]])
    model = Model.of(network, tasks=["both", "GATA1", "TAL1"])
    model.background = BACKGROUND
    return model


def held_out_sequences(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Sequences (800, 200, 4) and labels (800, 3) of the paper's test set."""
    table = pd.read_table(folder / "sequences.simdata.gz", index_col="seqName")
    with gzip.open(folder / "test.txt.gz", "rt") as file:
        chosen = table.loc[file.read().split()]
    inputs = np.stack([encode(sequence) for sequence in chosen["sequence"]]).astype(np.float32)
    return inputs, chosen[["task1", "task2", "task3"]].to_numpy()


def log_odds(motifs: Path, name: str) -> np.ndarray:
    """Natural logarithms (width, 4) of frequency plus pseudocount over background."""
    ppms = {key: ppm for key, _, ppm in read_meme(motifs)}
    return np.log(ppms[MOTIFS[name]] + PSEUDOCOUNT) - np.log(BACKGROUND)


def good_matches(inputs: np.ndarray, weights: np.ndarray) -> list[tuple[int, int]]:
    """Row and start of the best matches of each row that are good, at least half a motif apart."""
    width = len(weights)
    windows = np.lib.stride_tricks.sliding_window_view(inputs, width, axis=1)
    scores = np.einsum("npcw,wc->np", windows, weights)
    found = []
    for row, left in enumerate(scores):
        for _ in range(BEST_MATCHES):
            start = int(left.argmax())
            if left[start] >= GOOD_MATCH:
                found.append((row, start))
            left[max(0, start - width // 2) : start + width // 2] = -np.inf
    return found


def missed(contributions: np.ndarray, matches: list[tuple[int, int]], width: int) -> int:
    """How many matches have a summed contribution of 0 or less."""
    return sum(contributions[row, start : start + width].sum() <= 0 for row, start in matches)


def count(folder: Path, motifs: Path) -> pd.DataFrame:
    """A row for each method and motif: matches, missed and their share in percent."""
    model, (inputs, labels) = paper_model(folder), held_out_sequences(folder)
    inputs = inputs[labels[:, 0] == 1]
    matrices = {name: log_odds(motifs, name) for name in MOTIFS}
    matches = {name: good_matches(inputs, matrix) for name, matrix in matrices.items()}
    rows = []
    for method in [name for name in METHODS if name in plugins.names(attribution_methods)]:
        result = front.attribute(model, inputs, method=method, task="both", **METHODS[method])
        for name, matrix in matrices.items():
            number = missed(result.contributions, matches[name], len(matrix))
            rows.append((method, name, len(matches[name]), number))
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
