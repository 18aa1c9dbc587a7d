"""Which motifs and pairs of a study are tried: those of the lexicon, and letters of the config."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from chromolens.errors import nearest
from chromolens.experiments.motifs import motif_of
from chromolens.inputs.windows import Tally
from chromolens.motifs.hits.sought import Sought, motifs_of_task


@dataclass(frozen=True)
class Experiments:
    """What of a config's ``experiments`` changes numbers; see the schema."""

    backgrounds: str = "shuffles"
    count: int = 100
    instances: str = "consensus"
    motifs: int = 8
    letters: Mapping[str, str] = field(default_factory=dict)
    places: int = 9
    pairs: Sequence[Sequence[str]] = ()
    paired: int = 4
    pair_count: int = 40
    gap: int = 60
    hits: int = 200
    draws: int = 16


def motifs_of_study(
    lexicon: str | Path,
    meme: str | Path,
    task: str,
    models: Sequence[str],
    asked: Experiments,
    min_support: int,
) -> list[Sought]:
    """The letters of the config, then the best supported motifs that ``models`` see in ``task``.

    ``models`` are those with something to learn: a null is asked with their motifs.
    """
    letters = [motif_of(text, name) for name, text in asked.letters.items()]
    seen = [one for name in models for one in motifs_of_task(lexicon, meme, name, task)]
    enough = {one.motif: one for one in seen if one.support >= min_support and len(one.ppm)}
    return [*letters, *list(enough.values())[: asked.motifs]]


def pairs_of_study(
    motifs: Sequence[Sought], asked: Experiments, tally: Tally
) -> list[tuple[Sought, Sought]]:
    """The pairs that the config names, else every two of the first motifs.

    A name is that of the database or of the motif itself; a pair of which one isn't there is
    counted by ``tally``.
    """
    if not asked.pairs:
        return list(combinations(motifs[: asked.paired], 2))
    known = {name.upper(): one for one in motifs[::-1] for name in (one.name, one.motif) if name}
    found = []
    for names in asked.pairs:
        absent = [name for name in names if name.upper() not in known]
        for name in absent[:1]:
            labels = [one.label for one in motifs]
            why = f"no motif of this task is called {name!r}{nearest(name, labels)}"
            tally.add(why, "", [" + ".join(names)])
        if not absent:
            first, second = (known[name.upper()] for name in names)
            found.append((first, second))
    return found
