"""The kinds of references that have a name: what each is made of, whether there can be several.

What they are is said where they are made: ``attribution.references`` makes the constant ones and
the shuffles, ``inputs.drawing`` those of a study's training windows. Light: planning asks too.
"""

CONSTANT = ("background", "uniform", "zeros")
"""One row of numbers, repeated at every base of every input."""

SHUFFLES = {"shuffle": "mononucleotide", "dinucleotide_shuffle": "dinucleotide"}
"""Made of the input itself: kind -> function of ``genome.shuffles``."""

DRAWN = ("gc_matched", "pool", "mean", "other_class")
"""Made of the training windows of the input's fold."""

OF_KIND = {
    "tokens": (*CONSTANT, "pool", "other_class"),
    "genotypes": ("mean", "zeros", "pool", "other_class"),
}
"""Those that inputs that are no DNA can have in a study; DNA has all."""

KINDS = (*CONSTANT, *SHUFFLES, *DRAWN)

SEVERAL = tuple(kind for kind in KINDS if kind not in (*CONSTANT, "mean"))
"""Kinds of which an input may have more than one."""
