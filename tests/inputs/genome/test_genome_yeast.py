"""Preparing yeast's ChIP-exo events, with the windows listed and compared by plain loops."""

from collections import defaultdict

import numpy as np

from chromolens.genome.fasta import Genome, chromosome_sizes
from chromolens.inputs.folds import fold_table
from chromolens.inputs.genome import prepare

OTHER = str.maketrans("ACGTN", "TGCAN")


def arabic(sizes):
    return {f"chr{number}": name for number, name in enumerate(sizes, start=1)}


def test_yeast(yeast, rossi):
    sizes = {name: size for name, size in chromosome_sizes(yeast).items() if name != "chrM"}
    tasks, folds = ["Rap1", "Ume6"], fold_table([["chrII"], ["chrIV"], ["chrVII"]])
    files = {task: str(rossi / f"04_ChExMix_Peaks/{task}_CX.bed") for task in tasks}
    lists = [str(rossi / "02_References_and_Features_Files/ChExMix_Peak_Filter_List_190612.bed")]
    names = arabic(sizes)
    prepared = prepare(
        fasta=yeast,
        folds=folds,
        peaks=files,
        exclude=lists,
        chromosome_names=names,
    )
    windows = prepared.windows
    lines = [line.split() for path in files.values() for line in open(path)]
    events = {(names[row[0]], (int(row[1]) + int(row[2])) // 2) for row in lines}
    regions = [line.split() for line in open(lists[0])]
    regions = [(names.get(row[0]), int(row[1]), int(row[2])) for row in regions if len(row) > 2]
    free = {
        (chrom, at)
        for chrom, at in events
        if chrom in set(folds["group"])
        and 100 <= at < sizes[chrom] - 100
        and not any(c == chrom and s < at + 101 and e > at - 100 for c, s, e in regions)
    }
    positives = windows[windows["role"] == "positive"]
    assert set(zip(positives["chrom"], positives["start"] + 100, strict=True)) == free
    missing = prepared.dropped.set_index("reason")["count"].get("no such negative found", 0)
    assert (windows["role"] == "negative").sum() + missing == 2 * len(free)
    assert missing < 0.02 * len(free)
    check_shared_words(yeast, windows)


def check_shared_words(fasta, windows):
    """Compare the column ``shared`` with sets of strings."""
    owners = defaultdict(set)
    with Genome(fasta) as genome:
        texts = [genome.sequence(row.chrom, row.start, row.end) for row in windows.itertuples()]
    words = [{text[i : i + 32] for i in range(170)} for text in texts]
    words = [{min(w, w.translate(OTHER)[::-1]) for w in own} for own in words]
    for own, chrom in zip(words, windows["chrom"], strict=True):
        for word in own:
            owners[word].add(chrom)
    expected = [int(any(len(owners[word]) > 1 for word in own)) for own in words]
    assert windows["shared"].tolist() == expected
    assert 0 < np.mean(expected) < 0.1
