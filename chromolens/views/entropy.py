"""Maximum entropy (Finnegan and Song, 2017): what may change in an input, its inside kept.

Sequences s are drawn around an input x with probability proportional to

    q(s) exp(-beta |phi(s) - phi(x)|^2)

where phi are the activations of a layer, by default of the penultimate one, and q the background,
each position by itself. Where the base frequencies of the samples stay far from q, the network
holds on to the base: the importance of a position is their divergence from q in bits (Kullback
and Leibler, 1951).

The samples are Metropolis chains, each of which changes one base at a time; chain 0 starts at x,
the others with more and more of x drawn anew, the last one with all of it. R-hat (Gelman and
Rubin, 1992; chains split in halves) is about 1 where they have forgotten their starts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from chromolens.attribution.references import default_ids, frequencies
from chromolens.attribution.settings import check_count
from chromolens.brief import brief
from chromolens.errors import BadInput
from chromolens.genome.onehot import UNKNOWN, codes_to_onehot
from chromolens.genome.shuffles import seed_of
from chromolens.models.graph import producer, single
from chromolens.models.kinds import Kind, kind_of
from chromolens.models.logits import Preactivation
from chromolens.models.model import Model, check_inputs
from chromolens.models.units import layer_output

SHARPNESS = 100.0
"""Beta, by default, times the mean squared distance of random sequences from the input."""
_RANDOM = 64
"""Random sequences by which that distance is estimated."""


@dataclass(frozen=True)
class Samples:
    """What the chains around n inputs visited in the second half of their steps.

    Attributes
    ----------
    frequencies : float32 (n, length, 4)
        Of the bases, over all chains; 0 at an N, which stays as it is.
    importance : float32 (n, length)
        Their divergence from the background (bits); 0 at an N.
    acceptance : float32 (n, chains)
        Share of the proposed changes that were accepted, over all steps.
    r_hat : float32 (n,)
        Of the squared distance |phi(s) - phi(x)|^2; NaN where it never changes.
    position_r_hat : float32 (n, length)
        Of whether the position has the base of x; NaN where that never changes.
    betas : float64 (n,)
    """

    frequencies: np.ndarray
    importance: np.ndarray
    acceptance: np.ndarray
    r_hat: np.ndarray
    position_r_hat: np.ndarray
    betas: np.ndarray

    __repr__ = brief


def maximum_entropy(
    model: Model | keras.Model,
    inputs: np.ndarray,
    *,
    layer: str | None = None,
    task: int | str = 0,
    beta: float | None = None,
    background: str | Sequence[float] = "background",
    chains: int = 16,
    steps: int = 5000,
    ids: Sequence[str] | None = None,
    seed: int = 0,
) -> Samples:
    """Sample around each of ``inputs``, DNA one-hot (n, length, 4).

    Parameters
    ----------
    layer
        Name of the layer whose activations phi are kept. None: the input of the last dense layer
        before the output of ``task``.
    beta
        None: for each input 100 divided by the mean squared distance of random sequences from
        it, so that a typical sample is as near as a hundredth of these.
    background
        q: ``background``, ``uniform``, or four frequencies of A, C, G, T.
    steps
        Changes proposed in each chain; the first half is thrown away.
    ids
        Names that seed the chains; by default a hash of the sequence.

    Raises
    ------
    BadInput
        Inputs that aren't DNA, an unknown layer, a layer whose activations never change, a chain
        that accepts no change.
    """
    model = model if isinstance(model, Model) else Model.of(model)
    inputs = check_inputs(model, inputs)
    codes = _codes(model, inputs)
    for name, value, least in (("chains", chains, 2), ("steps", steps, 8)):
        check_count("maximum_entropy", name, value)
        if value < least:
            raise BadInput(f"maximum_entropy: {name} is {value}", expected=f"{least} or more")
    shares = _background(model, background)
    probe = _probe(model, layer, task)
    names = default_ids(inputs) if ids is None else list(map(str, ids))
    found = []
    for row, (own, name) in enumerate(zip(codes, names, strict=True)):
        rng = np.random.default_rng(seed_of(f"{name} maximum entropy", seed))
        walk = _Walk(probe, own, shares, rng, f"row {row}")
        found.append(walk.run(chains, steps, walk.beta() if beta is None else beta))
    return Samples(*(np.stack(part) for part in zip(*found, strict=True)))


class _Walk:
    """The chains around one input, of codes (length,)."""

    def __init__(
        self,
        probe: Callable,
        codes: np.ndarray,
        shares: np.ndarray,
        rng: np.random.Generator,
        where: str,
    ):
        self.codes, self.shares, self.rng, self.where = codes, shares, rng, where
        self.known = np.flatnonzero(codes != UNKNOWN)
        at = probe(codes_to_onehot(codes)[None])
        self.distance = lambda some: ((probe(codes_to_onehot(some)) - at) ** 2).sum(axis=1)
        if not len(self.known):
            raise BadInput("the input is N all over: there is no base to change", where=where)

    def drawn(self, count: int) -> np.ndarray:
        """Codes (count, length) of random sequences; N stays N."""
        letters = self.rng.choice(4, size=(count, len(self.codes)), p=self.shares)
        return np.where(self.codes == UNKNOWN, UNKNOWN, letters)

    def beta(self) -> float:
        """100 over the mean squared distance of random sequences."""
        mean = self.distance(self.drawn(_RANDOM)).mean()
        if mean > 0:
            return SHARPNESS / mean
        raise BadInput(
            "the layer gives the same for the input and for random sequences",
            expected="a layer that answers to its input",
            where=self.where,
        )

    def run(self, chains: int, steps: int, beta: float) -> tuple[np.ndarray, ...]:
        """The fields of ``Samples``, of this input."""
        anew = self.rng.random((chains, len(self.codes))) < np.linspace(0, 1, chains)[:, None]
        state = np.where(anew, self.drawn(chains), self.codes)
        here, all_chains = self.distance(state), np.arange(chains)
        places = self.known[self.rng.integers(len(self.known), size=(steps, chains))]
        # of the other bases each by its share
        keys = self.rng.gumbel(size=(steps, chains, 4)) + np.log(self.shares)
        chances = np.log(self.rng.random((steps, chains)))
        accepted = np.zeros(chains, int)
        half, energies = steps // 2, []
        counts = np.zeros((2, chains, len(self.codes), 4), np.int64)
        for step in range(steps):
            place, proposed = places[step], state.copy()
            old = state[all_chains, place]
            keys[step, all_chains, old] = -np.inf
            new = proposed[all_chains, place] = keys[step].argmax(axis=1)
            there = self.distance(proposed)
            # a base is proposed as often as it is among the three others
            odds = np.log1p(-self.shares[old]) - np.log1p(-self.shares[new])
            taken = chances[step] < odds - beta * (there - here)
            state[taken], here = proposed[taken], np.where(taken, there, here)
            accepted += taken
            if step >= half:
                energies.append(here)
                later = int(2 * (step - half) >= steps - half)
                counts[later] += codes_to_onehot(state).astype(np.int64)
        self._check_accepted(accepted, steps, beta)
        return self._summary(counts, np.stack(energies, axis=1), accepted / steps, beta)

    def _check_accepted(self, accepted: np.ndarray, steps: int, beta: float) -> None:
        if not accepted.all():
            raise BadInput(
                f"chain {accepted.argmin()} accepted none of {steps} changes at beta {beta:g}",
                where=self.where,
                remedy="lower beta, or take more steps",
            )

    def _summary(
        self, counts: np.ndarray, energies: np.ndarray, acceptance: np.ndarray, beta: float
    ) -> tuple[np.ndarray, ...]:
        total = counts.sum(axis=(0, 1))
        shares = total / np.maximum(total.sum(axis=1, keepdims=True), 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(shares > 0, shares * np.log2(shares / self.shares), 0)
        own = np.minimum(self.codes, 3)[None, None, :, None]
        kept = np.take_along_axis(counts, own, axis=-1)[..., 0].reshape(-1, len(self.codes))
        lengths = counts.sum(axis=-1).reshape(-1, len(self.codes))[:, self.known[:1]]
        means = kept / lengths
        by_position = _r_hat(means, means * (1 - means), lengths.mean())
        half = energies.shape[1] // 2
        parts = np.concatenate([energies[:, :half], energies[:, half : 2 * half]])
        of_distance = _r_hat(parts.mean(axis=1), parts.var(axis=1), half)
        by_position[self.codes == UNKNOWN] = np.nan
        fields = (shares, terms.sum(axis=1), acceptance, of_distance, by_position)
        return (*(np.asarray(field, np.float32) for field in fields), np.float64(beta))


def _r_hat(means: np.ndarray, variances: np.ndarray, length: float) -> np.ndarray:
    """From means and variances (divided by ``length``) of chains, along the first axis."""
    within = variances.mean(axis=0) * length / (length - 1)
    between = means.var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt((length - 1) / length + between / within)
    return np.where((within == 0) & (between == 0), np.nan, ratio)


def _codes(model: Model, inputs: np.ndarray) -> np.ndarray:
    letters = (inputs == 1).sum(axis=-1) + (inputs == 0).sum(axis=-1) == model.channels
    one = inputs.sum(axis=-1) <= 1
    if model.vectors is not None or model.channels != 4 or not (letters & one).all():
        raise BadInput(
            "maximum entropy changes bases: the inputs aren't one-hot DNA",
            expected="float32 (n, length, 4), at each position one 1, or zeros for N",
        )
    return np.where(inputs.any(axis=-1), inputs.argmax(axis=-1), UNKNOWN)


def _background(model: Model, background: str | Sequence[float]) -> np.ndarray:
    if isinstance(background, str) and background not in ("background", "uniform"):
        raise BadInput(f"there is no background {background!r}", expected="background or uniform")
    named = isinstance(background, str)
    shares = np.array(frequencies(model, background) if named else background, np.float64)
    if shares.shape != (4,) or not (shares > 0).all():
        raise BadInput(
            f"the background is {shares.tolist()}", expected="four numbers above 0: A, C, G, T"
        )
    return shares / shares.sum()


def _probe(model: Model, layer: str | None, task: int | str) -> Callable:
    """One-hot (n, length, 4) -> activations float64 (n, units), positions and units in a row."""
    index = model.task_index(task)
    tensor = layer_output(model.network, layer) if layer else _penultimate(model, index)
    key = ("phi", layer, None if layer else index)
    network = model.compiled(key, lambda: keras.Model(single(model.network.inputs), tensor))

    def ask(onehot: np.ndarray) -> np.ndarray:
        return np.float64(network.predict_on_batch(onehot)).reshape(len(onehot), -1)

    return ask


def _penultimate(model: Model, task: int) -> keras.KerasTensor:
    place, column = model.output_of(task)
    last = producer(model.logits.outputs[place])
    while len(last.inputs) == 1 and Kind.IN_PLACE in kind_of(last.operation):
        last = producer(last.inputs[0])
    own = last.operation.layer if isinstance(last.operation, Preactivation) else last.operation
    if column is None or not isinstance(own, keras.layers.Dense) or len(last.inputs) != 1:
        raise BadInput(
            f"before output {model.network.output_names[place]!r} stands {own.name!r}, no dense "
            "layer: its penultimate layer isn't clear",
            expected="the name of the layer whose activations are kept, layer=... (in a study: "
            "views.layer)",
        )
    return last.inputs[0]
