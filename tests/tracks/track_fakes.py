"""A genome in memory, and models whose answers can be worked out without a network."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chromolens.attribution.result import Result
from chromolens.genome.fasta import prepare_fasta
from chromolens.genome.onehot import codes_of, decode
from chromolens.scores import Origin
from chromolens.tracks.method import Method

WINDOW = 20


class FakeGenome:
    """Sequences by name, read like ``chromolens.genome.fasta.Genome``."""

    def __init__(self, sequences: dict[str, str]):
        self.sequences = sequences
        self.sizes = {name: len(sequence) for name, sequence in sequences.items()}
        self.circular: dict[str, int] = {}

    def codes(self, chrom: str, start: int, end: int) -> np.ndarray:
        assert 0 <= start < end <= self.sizes[chrom]
        return codes_of(self.sequences[chrom][start:end])


@dataclass
class FakeModel:
    """What the fakes below need to know of a model."""

    length: int = WINDOW
    gain: float = 1.0
    digest: str = "fake"


def random_sequence(length: int, seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), size=length))


def genome_with_gaps() -> FakeGenome:
    """Three chromosomes: one with two stretches of N, one plain, one shorter than a window."""
    first = random_sequence(407, 1)
    first = first[:100] + "N" * 63 + first[163:300] + "N" * 7 + first[307:]
    return FakeGenome({"chrA": first, "chrB": random_sequence(150, 2), "tiny": "ACGTACGT"})


def prepared(folder: Path) -> Path:
    """``genome_with_gaps`` as a study has it, in ``folder``."""
    records = genome_with_gaps().sequences.items()
    (folder / "raw.fa").write_text("".join(f">{name}\n{bases}\n" for name, bases in records))
    prepare_fasta(folder / "raw.fa", folder / "genome.fa.gz")
    return folder / "genome.fa.gz"


def origin(shard: str = "all", fold: str = "fold0", **changes: object) -> Origin:
    known = {"study": "toy", "model": "fake", "provenance": {"code": "abc"}} | changes
    return Origin(shard=shard, fold=fold, **known)


def weighted(model, onehot, *, tasks, ids, **_) -> list[Result]:
    """Answers that mix all the window, depend on the place in it, and differ by task."""
    n, length, _ = onehot.shape
    results = []
    for index, _task in enumerate(tasks):
        weights = np.random.default_rng(index).normal(size=(length, 4)).astype("float32")
        here = (onehot * weights).sum(axis=2)
        level = np.tanh(here.cumsum(axis=1)[:, -1:]) * model.gain
        results.append(_result(here * level, (onehot * level[..., None]), here.sum(axis=1)))
    return results


def echo(genome: FakeGenome):
    """Each base answers with its own coordinate, found by looking the window up in the genome."""

    def attribute(model, onehot, *, tasks, ids, **_) -> list[Result]:
        starts = np.array([_place(genome, decode(window)) for window in onehot])
        here = (starts[:, None] + np.arange(onehot.shape[1])).astype("float32")
        return [_result(here + 1000 * i, None, starts + 1000.0 * i) for i in range(len(tasks))]

    return attribute


def _place(genome: FakeGenome, sequence: str) -> int:
    (start,) = [text.find(sequence) for text in genome.sequences.values() if sequence in text]
    return start


def _result(contributions, hypothetical, values) -> Result:
    values = np.asarray(values, dtype="float32")
    zeros = np.zeros_like(values)
    contributions = np.asarray(contributions, dtype="float32")
    return Result(contributions, hypothetical, values - contributions.sum(axis=1), values, zeros)


def method(attribute=weighted, tasks=("a", "b"), **more) -> Method:
    return Method(name="fake", tasks=tasks, attribute=attribute, **{"batch_size": 8} | more)


def chrombpnet_track(summits: list[int], values: np.ndarray, width: int) -> dict[int, float]:
    """What chrombpnet writes of windows centred on ``summits``: its loop, region by region.

    importance_hdf5_to_bigwig.py (kundajelab/chrombpnet): in the order of their starts, each
    region is written from where the one before ended; it ends halfway to the next summit, rounded
    down, where the next one overlaps it.
    """
    track, written = {}, 0
    for i, summit in enumerate(summits):
        start, end = summit - width // 2, summit + width // 2
        written = max(written, start)
        if i + 1 < len(summits) and summits[i + 1] - width // 2 < end:
            end = (summit + summits[i + 1]) // 2
        track |= {base: values[i, base - start] for base in range(written, end)}
        written = end
    return track
