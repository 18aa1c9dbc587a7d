"""What the numbers of a network on genotypes mean, in a sentence: numbers in, words out."""

from dataclasses import dataclass

from chromolens.checks.positions import percent
from chromolens.markers.nulls import Band
from chromolens.markers.scaling import Scaling
from chromolens.tables.markers import CATEGORIES

NETWORK, GENOME, NOTHING, UNCLEAR, UNJUDGED = CATEGORIES
CHANCE = {"r2": 0.0, "auroc": 0.5}
"""The metrics that say whether anything was learned, each with what chance has."""
CONCENTRATED = 2
"""Times its share of the inputs that a stretch must hold for its mass to be concentrated."""
_ENDS = {
    NETWORK: "This comes from the architecture, not from the genome.",
    GENOME: "This comes from the genome.",
    UNCLEAR: "It is unclear whether this comes from the architecture or from the genome.",
}


@dataclass(frozen=True)
class Evidence:
    """What is known of one trained network.

    stretch: the inputs that are looked at, in words ("the last 3.6 % of the inputs
    (chromosome X)"); ``expected``: their share of all inputs. share: of the mass on them, among
    the same network untrained. same_inputs, same_markers: median shares of networks retrained on
    rotated chromosomes, on the same inputs (other markers) and on the same markers (other
    inputs). best, peak: the place of the marker of the largest mass, and how many times the mean
    mass that is, among the largest ones of networks retrained on permuted labels; ``again``: that
    of the best marker of the same chromosome, median of networks retrained on rotated chromosomes.
    """

    stretch: str
    expected: float
    share: Band
    same_inputs: float
    same_markers: float
    best: str
    peak: Band
    again: float


@dataclass(frozen=True)
class Verdict:
    """A word of ``tables.markers.CATEGORIES``, and why."""

    category: str
    sentence: str


def verdict(found: Evidence) -> Verdict:
    """Say whether the mass of a network that predicts something is about the genome.

    network
        The mass is concentrated on the stretch, and stays on these inputs when other chromosomes
        lie there.
    genome
        The best marker stands above that of every network on permuted labels, and its chromosome
        does so again in the networks on rotated chromosomes; and the mass either isn't
        concentrated on the stretch, or it goes with the markers and no untrained network has as
        much.
    unclear
        Else.
    """
    category, moved = _judged(found)
    share, peak = found.share, found.peak
    low = percent(share.low).removesuffix(" %")
    said = [
        f"{percent(share.value)} of the mass lies on {found.stretch}",
        f"the same network untrained: {percent(share.median)} ({low} to {percent(share.high)}, "
        f"{share.draws} draws)",
        f"rotating the chromosomes {moved}",
    ]
    if category != NETWORK:
        said.append(
            f"the best marker ({found.best}) has {peak.value:.2g} times the mean mass, that of "
            f"its chromosome {found.again:.2g} times once rotated, the best of networks on "
            f"permuted labels {peak.low:.2g} to {peak.high:.2g} times (p = {peak.p:.2g}, "
            f"{peak.draws} draws)"
        )
    return Verdict(category, f"{'; '.join(said)}. {_ENDS[category]}")


def nothing(value: float, low: float, high: float, metric: str = "r2") -> Verdict:
    """The verdict of a network whose 95 % interval, held out, isn't all above chance."""
    held_out = _held_out(value, low, high, metric)
    return Verdict(NOTHING, f"{held_out}: the network learned nothing, so nothing is interpreted")


def unjudged(value: float, low: float, high: float, metric: str = "r2") -> Verdict:
    """The verdict of a network that predicts something, and is held against no other."""
    return Verdict(
        UNJUDGED,
        f"{_held_out(value, low, high, metric)}; to tell effects of the architecture "
        "from those of the genome, the study needs null networks: ten untrained, ten on permuted "
        "labels, one on rotated chromosomes (models.NAME.nulls)",
    )


def _held_out(value: float, low: float, high: float, metric: str) -> str:
    numbers = f"{_number(value)} (95 %: {_number(low)} to {_number(high)})"
    return f"held-out {metric.upper()} is {numbers}"


def _judged(found: Evidence) -> tuple[str, str]:
    """The category, and what rotating did to the mass."""
    numbers = (
        f"({percent(found.same_inputs)} on the same inputs, {percent(found.same_markers)} on the "
        "markers that lay there before)"
    )
    half = found.share.value / 2
    stays, goes = found.same_inputs >= half, found.same_markers >= half
    stands_out = found.peak.rank == 1 and found.again > found.peak.high
    bound = CONCENTRATED * found.expected
    if found.share.value < bound and found.same_inputs < bound:
        return (GENOME if stands_out else UNCLEAR), f"leaves it spread {numbers}"
    if stays and not goes:
        return NETWORK, f"moves it with the place {numbers}"
    if goes and not stays:
        own = stands_out and found.share.rank == 1
        return (GENOME if own else UNCLEAR), f"moves it with the chromosome {numbers}"
    return UNCLEAR, f"leaves open what it follows {numbers}"


def scaling_verdict(found: Scaling) -> str:
    """Answer whether one may scale per chromosome. Never as evidence; the numbers say why."""
    said = (
        f"No: a scale per chromosome would multiply the masses of {called(found.chrom)} by "
        f"{_number(found.factor)}"
    )
    if found.rounding_markers > 0:
        said += (
            f"; {percent(found.rounding_markers)} of the markers, each below the rounding of the "
            f"largest, hold {percent(found.rounding_mass)} of the mass, and would be shown as "
            f"{percent(found.rounding_after)} of it"
        )
    if found.silent:
        have = "chromosome has" if found.silent == 1 else "chromosomes have"
        said += f"; {found.silent} {have} no mass at all"
    return f"{said}. Such a scale is a choice of display, not evidence."


def called(chrom: str) -> str:
    """A chromosome in a sentence: ``chromosome X``, or ``chrX`` where that is its name."""
    return chrom if chrom.startswith("chr") else f"chromosome {chrom}"


def _number(value: float) -> str:
    """Two significant digits: ``-0.02``, ``1e19``."""
    return f"{value:.2g}".replace("e+", "e")
