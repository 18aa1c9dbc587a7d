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
# # From a finished study to a figure
#
# `make demo` has run the default study: a simulated genome in which we know what was planted. This
# notebook reads its results: the motifs, one place of the genome, the hits in pandas; then it explains a
# sequence, predicts the effect of variants of it, and writes a figure for a paper.
#
# To run it, start Jupyter (`pip install jupyterlab`) from the repository with `PYTHONPATH=$PWD jupyter lab`,
# and open this file as a notebook (jupytext), or execute it with `make notebooks`. For a study of
# your own, set `STUDY` to its folder.

# %%
import os
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

import chromolens

root = Path(chromolens.__file__).parents[1]
study = chromolens.open_study(os.environ.get("STUDY", root / "results/demo"))
study

# %% [markdown]
# ## What the network found
#
# Every table of the study is a DataFrame; `study.tables` lists their names, and
# [the file formats](../formats.md) say what each column means. The lexicon has a row per motif: its name in the
# database, and how often each reading saw it (TF-MoDISco, sufficient subsets, first-layer filters).

# %%
lexicon = study.table("lexicon").set_index("motif")
lexicon[["name", "consensus", "q", "readings", "modisco_sites", "sis_sites", "filters"]].head(8)

# %% [markdown]
# `study.motifs()` has the same motifs as matrices (length, 4), the frequencies of A, C, G and T.
# `plot_logo` draws such a matrix in bits: a position that is always the same base has two.

# %%
motifs = study.motifs()
shown = list(motifs)[:4]
figure, axes = plt.subplots(1, len(shown), figsize=(2.8 * len(shown), 1.5), layout="constrained")
for ax, motif in zip(np.atleast_1d(axes), shown, strict=True):
    chromolens.plot_logo(motifs[motif], title=lexicon.loc[motif, "name"] or motif, ax=ax)

# %% [markdown]
# ## One place of the genome
#
# We take the held-out window with the highest prediction. Its chromosome was neither in the training nor in the
# early stopping of the network that predicts it.

# %%
model, task = study.models[0], study.tasks[0]
predictions = study.table("predictions", model=model).sort_values(task, ascending=False)
best = predictions.iloc[0]
windows = study.windows().set_index("id")
chrom, start, end = windows.loc[best["id"], ["chrom", "start", "end"]]
best[["id", "fold", task, f"{task}.label"]]

# %% [markdown]
# `plot_locus` draws the letters of the sequence as high as their contributions, and beside them what is known of the
# place: the observed signal, the prediction, the hits of the lexicon, the events, and (as the genome is simulated)
# the planted motifs. Places are 0-based and half-open, as slices are; the axis counts from 1, as genome browsers do.

# %%
chromolens.plot_locus(study, f"{chrom}:{start + 30}-{end - 30}")

# %% [markdown]
# `plot_tracks` shows a longer stretch, with all models of the task on one scale. The second model is a null: it was
# trained on permuted labels, so there is no signal for it to show. The null was explained in some
# windows only; the background is grey elsewhere.

# %%
middle, size = (
    (start + end) // 2,
    study.table("chromosomes").set_index("chrom").loc[chrom, "length"],
)
chromolens.plot_tracks(study, f"{chrom}:{max(0, middle - 1500)}-{min(size, middle + 1500)}")

# %% [markdown]
# The numbers behind the figure, a row per base:

# %%
study.bases(f"{chrom}:{middle - 3}-{middle + 3}").round(3)

# %% [markdown]
# ## The hits, in pandas
#
# `hits` has a row for each place where a motif of the lexicon occurs and the network uses it.

# %%
hits = study.hits(model, task)
by_name = hits.groupby("name")[["contribution", "probability", "q"]].median()
by_name.insert(0, "hits", hits["name"].value_counts())
by_name.sort_values("hits", ascending=False).round(3).head(8)

# %% [markdown]
# How many of them lie in a window with an event? Each hit names the nearest window that contains it (`.` if there is
# none), so a join answers this.

# %%
joined = hits.join(windows[task].rename("event"), on="window")
joined.groupby("name")["event"].agg(["size", "mean"]).round(2).head(8)

# %% [markdown]
# ## A sequence of our own
#
# The network of a fold has not seen the fold's chromosomes. We load the network of the fold of the window above, and
# explain the window's sequence. Any DNA sequence of the network's input length can take its place.

# %%
from chromolens.genome.onehot import encode

network = study.model(model, best["fold"])
with study.genome() as genome:
    sequence = genome.sequence(chrom, start, end)
reference = encode(sequence)  # (length, 4), columns A, C, G, T
result = chromolens.attribute(network, reference[None], method="deeplift_rescale", task=task)
print(network, result, sep="\n")
print(
    f"prediction {result.values[0]:.2f} log-odds, of the reference {result.reference_values[0]:.2f}"
)
print(f"missing from the sum of contributions: {result.completeness_error[0]:.1e}")

# %% [markdown]
# ## A variant of it
#
# At the position that contributes most we substitute each of the other bases, and compare the predictions.

# %%
position = int(np.abs(result.contributions[0]).argmax())
variants = pd.DataFrame({"position": position, "ref": sequence[position], "alt": list("ACGT")})
inputs = np.repeat(reference[None], 4, axis=0)
inputs[np.arange(4), position] = np.eye(4)
variants["logit"] = chromolens.target_values(network, inputs, tasks=[task])[:, 0]
variants["effect"] = variants["logit"] - result.values[0]
variants = variants[variants["ref"] != variants["alt"]].sort_values("effect")
variants.round(2)

# %% [markdown]
# The variant that lowers the prediction most, and the reference, explained on one scale. The bases beside it contribute
# less as well, if they belong to the same motif.

# %%
worst = inputs["ACGT".index(variants["alt"].iloc[0])]
both = chromolens.attribute(
    network, np.stack([reference, worst]), method="deeplift_rescale", task=task
)
low, high = max(0, position - 25), min(len(sequence), position + 25)
figure, axes = plt.subplots(2, 1, figsize=(9, 3.4), sharex=True, sharey=True, layout="constrained")
names = ["reference", f"{sequence[position]} > {variants['alt'].iloc[0]} at {position}"]
for row, (ax, name) in enumerate(zip(axes, names, strict=True)):
    chromolens.plot_logo(both, row, start=low, end=high, title=name, ax=ax)
limits = both.contributions[:, low:high]
_ = axes[0].set(ylim=(1.1 * min(0, limits.min()), 1.1 * limits.max()), xlabel="")

# %% [markdown]
# ## Do the readings agree?
#
# TF-MoDISco reads contributions; sufficient subsets use only predictions of the network. `members` lists the patterns,
# motifs of subsets and filters that were joined into each motif of the lexicon, and the sites that support them.

# %%
members = study.table("members").fillna({"name": ""})
members.pivot_table(
    index=["motif", "name"],
    columns=["model", "task", "reading"],
    values="support",
    aggfunc="sum",
    fill_value=0,
).head(8)

# %% [markdown]
# How similar are the motifs of two readings, at their best offset and strand? With two tasks (`task="Reb1"` and
# `task="Abf1"`) in place of two readings, the same lines compare the motifs of the tasks.

# %%
from chromolens.motifs.compare import similarity

by_modisco = study.motifs("merged", model=model, task=task)
by_subsets = study.motifs("sis", model=model, task=task)
pd.DataFrame(
    {
        a: {b: similarity(one, other) for b, other in by_subsets.items()}
        for a, one in by_modisco.items()
    },
    dtype=float,
).round(2).iloc[:8, :8]

# %% [markdown]
# ## A figure for a paper
#
# Vector graphics with text that stays text, in the width of a column:

# %%
folder = Path(os.environ.get("OUTPUT", root / "results/figures"))
folder.mkdir(parents=True, exist_ok=True)
with matplotlib.rc_context({"svg.fonttype": "none"}):
    figure = chromolens.plot_locus(study, f"{chrom}:{middle - 30}-{middle + 30}", size=(3.5, 2.8))
    figure.savefig(folder / "locus.svg")
sorted(path.name for path in folder.iterdir())
