# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Explain the model that I have
#
# You have a Keras model and a FASTA file, and no study. This notebook loads the model, checks how it reads
# DNA, explains sequences with two methods, tests whether contributions add up, and finds the smallest sets of bases
# that suffice. It needs no other files: the first part makes a model and a FASTA file in place of yours.

# %%
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

import chromolens

folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## A model and a FASTA, in place of yours
#
# Half of the sequences hold the site of AP-1, TGACTCA or its reverse complement, at a random place. The model is a
# small convolutional network, trained for some seconds; it reads its channels in the order A, G, C, T.

# %%
chromolens.load_model  # imports TensorFlow, without its greetings
import keras

keras.utils.set_random_seed(1)
rng = np.random.default_rng(1)
LENGTH, ORDER = 80, "AGCT"


def random_sequence(with_site: bool) -> str:
    """Bases at random; with a site in the inner half where asked for."""
    bases = "".join(rng.choice(list("ACGT"), LENGTH))
    place = int(rng.integers(20, 50))
    site = ("TGACTCA", "TGAGTCA")[int(rng.integers(2))]
    return bases[:place] + site + bases[place + len(site) :] if with_site else bases


def their_code(sequence: str) -> np.ndarray:
    """One-hot as this model was trained: (length, 4) in the order A, G, C, T."""
    return np.array([[base == letter for letter in ORDER] for base in sequence], np.float32)


labels = np.arange(1200) % 2
sequences = [random_sequence(bool(label)) for label in labels]
theirs = keras.Sequential(
    [
        keras.Input((LENGTH, 4)),
        keras.layers.Conv1D(16, 9, activation="relu"),
        keras.layers.GlobalMaxPooling1D(),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid", name="bound"),
    ]
)
theirs.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
inputs = np.stack([their_code(sequence) for sequence in sequences])
history = theirs.fit(inputs, labels, epochs=12, batch_size=60, verbose=0, validation_split=0.2)
theirs.save(folder / "theirs.keras")
with open(folder / "sites.fa", "w") as file:
    file.writelines(f">seq{i}\n{sequence}\n" for i, sequence in enumerate(sequences[-40:]))
print(
    f"accuracy on sequences that it was not trained on: {history.history['val_accuracy'][-1]:.2f}"
)

# %% [markdown]
# ## Load it
#
# A model's file does not say which channel is C, so you state it in `layout`. `check` tests it with a sequence whose
# prediction you know from the code that came with the model. If another order of the bases fits better, the error names it.

# %%
known = sequences[1]
answer = theirs.predict(their_code(known)[None], verbose=0)[0].tolist()
layout = {"channels": ORDER, "check": [{"sequence": known, "outputs": {"bound": answer}}]}
model = chromolens.load_model(folder / "theirs.keras", layout=layout)
model

# %% [markdown]
# ## Read the sequences
#
# We take the records of the FASTA that have the model's input length. Other records are counted and left out.

# %%
from chromolens.inputs.loose import opened

with opened(folder / "sites.fa", model.length) as data:
    table = data.windows
    inputs = data.arrays(np.arange(len(table)))  # always (n, length, A C G T)
data

# %% [markdown]
# ## Two methods, and whether they add up
#
# Contributions are in log-odds: what each base adds to the logit, compared with a reference (here
# all bases equally frequent). They should add up to the prediction minus the prediction of the reference; the
# completeness error is the difference. It is rounding for DeepLIFT's Rescale rule; for integrated gradients it becomes
# smaller with more steps.

# %%
results = {
    method: chromolens.attribute(model, inputs, method=method, references="uniform", **settings)
    for method, settings in {
        "deeplift_rescale": {},
        "integrated_gradients": {"steps": 50},
    }.items()
}
pd.DataFrame(
    {
        method: {
            "largest completeness error": np.abs(result.completeness_error).max(),
            "largest effect": np.abs(result.values - result.reference_values).max(),
        }
        for method, result in results.items()
    }
)

# %% [markdown]
# How similar are the two methods? The correlation of their contributions over all bases:

# %%
pair = np.stack([result.contributions.ravel() for result in results.values()])
np.corrcoef(pair)[0, 1].round(3)

# %% [markdown]
# ## The smallest sets of bases that suffice
#
# `sufficient_subsets` uses only predictions of the model. If all positions outside a subset are masked, the prediction
# stays at or above the threshold; without any one position of the subset it falls below it.

# %%
values = results["deeplift_rescale"].values
best = int(values.argmax())
threshold = float(values[best] / 2)
(found,) = chromolens.sufficient_subsets(
    model, inputs[best : best + 1], threshold=threshold, max_subsets=1
)
print(f"{table['id'][best]}: logit {values[best]:.1f}, threshold {threshold:.1f}")
for positions, value in zip(found.subsets, found.values, strict=True):
    letters = "".join(table["sequence"][best][place] for place in positions)
    print(f"{len(positions)} positions alone keep {value:.1f}: {letters} at {positions.tolist()}")

# %% [markdown]
# ## One figure of it
#
# The contributions by each method, with the positions of the subset shaded.

# %%
figure, axes = plt.subplots(2, 1, figsize=(10, 3.6), sharex=True, layout="constrained")
for ax, (method, result) in zip(axes, results.items(), strict=True):
    chromolens.plot_logo(result, best, title=f"{table['id'][best]}, {method}", ax=ax)
    for positions in found.subsets:
        for place in positions:
            ax.axvspan(place, place + 1, color="0.9", linewidth=0, zorder=-1)
axes[0].set_xlabel("")
figure.savefig(folder / "explained.svg")

# %% [markdown]
# Next: [a study of your own model](../bring_your_own.md#6-in-a-study) explains a whole genome with it, finds motifs
# and hits, and says how far to believe them. [Which method](../methods.md#which-one) compares all 18.
