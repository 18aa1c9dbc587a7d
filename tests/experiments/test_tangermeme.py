"""Insertions, spacings and variants against tangermeme on the network rebuilt in torch."""

from pathlib import Path

import numpy as np
import pytest

from chromolens import marginalise, spacing
from chromolens.experiments.motifs import consensus, motif_of, scrambled
from chromolens.genome.onehot import codes_of, codes_to_onehot, reverse_complement_codes
from chromolens.genome.shuffles import seed_of
from chromolens.variants.listed import Reading, unique
from chromolens.variants.score import score_variants
from tests.experiments import toys
from tests.oracles import ask
from tests.variants import alleles

WINDOW, AT, SIZE = alleles.WINDOW, 20, 3
GAPS = np.array([0, 4, 10])  # with an odd one there are two middles
SEED = 4


def close(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Equal to rounding, and not by being 0."""
    assert np.corrcoef(np.ravel(ours), np.ravel(theirs))[0, 1] > 0.9999
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())


@pytest.fixture(scope="module")
def model():
    return toys.untrained(WINDOW)


@pytest.fixture(scope="module")
def effects(model, tmp_path_factory):
    """``SCORED`` of substitutions, insertions and deletions of ``SIZE`` bases; their windows."""
    folder = tmp_path_factory.mktemp("genome")
    text, draw = alleles.sequences()["a"], np.random.default_rng(1)
    found = {}
    with alleles.write_genome(folder) as genome:
        reading = Reading(genome, alleles.FOLDS, alleles.SETTINGS)
        for kind in ("substituted", "put", "deleted"):
            stated = []
            for at in range(60, 540, 40):
                base, other = text[at - 1], "ACGT"[("ACGT".index(text[at - 1]) + 1) % 4]
                word = "".join(draw.choice(list("ACGT"), SIZE))
                pair = {"substituted": (base, other), "put": (base, base + word),
                        "deleted": (text[at - 1 : at + SIZE], base)}[kind]  # fmt: skip
                stated.append(("a", at, *pair))
            rows = unique(reading.taken(alleles.stated(*stated))[0])
            scored = score_variants(
                {"fold0": [model]}, genome, rows, tasks=model.tasks, objective="binary",
                window=WINDOW, stands=np.array([AT]),
            )  # fmt: skip
            around = [
                genome.codes("a", start - AT - SIZE, start - AT + WINDOW + SIZE)
                for start in rows["start"]
            ]
            found[kind] = rows, scored, np.stack(around)
    return found


@pytest.fixture(scope="module")
def inserted(model):
    """``marginalise`` in backgrounds as they are, and the scrambled piece that each had."""
    words = toys.random_words(6, WINDOW)
    ids = [f"w{number}" for number in range(len(words))]
    result = marginalise(
        model, toys.FIRST, toys.one_hot(words), backgrounds="natural", places=3, ids=ids, seed=SEED
    )
    assert len(result.rows) == len(words)
    motif = motif_of(toys.FIRST)
    shapes = scrambled(motif, SEED)
    chosen = [seed_of(f"{name} {motif.motif}", SEED) % len(shapes) for name in ids]
    return words, result, np.stack([consensus(shapes[shape]) for shape in chosen])


@pytest.fixture(scope="module")
def answers(model, effects, inserted, tmp_path_factory):
    """tangermeme's effects."""
    words, result, scrambles = inserted
    pieces = [np.tile(codes_of(toys.FIRST), (len(words), 1)), scrambles]
    pieces = [turned for own in pieces for turned in (own, reverse_complement_codes(own))]
    asked = {kind: codes_to_onehot(around) for kind, (_, _, around) in effects.items()}
    asked |= {f"weights.{i}": array for i, array in enumerate(model.network.get_weights())}
    asked |= {
        "backgrounds": toys.one_hot(words), "pieces": codes_to_onehot(np.stack(pieces)),
        "starts": result.starts, "first": toys.FIRST, "second": toys.turned(toys.SECOND),
        "gaps": GAPS, "at": AT,
        "bases": np.concatenate([codes_of(base) for base in effects["substituted"][0]["added"]]),
        "letters": np.stack([codes_of(word) for word in effects["put"][0]["added"]]),
    }  # fmt: skip
    program = Path(__file__).with_name("torch_twin.py")
    return ask(program, tmp_path_factory.mktemp("torch"), **asked)


def test_insertions(inserted, answers):
    forward, reverse, *scrambles = answers["inserted"]  # (places, backgrounds) each
    for strand, theirs in enumerate((forward - scrambles[0], reverse - scrambles[1])):
        close(inserted[1].effects[:, :, strand], theirs.T)


def test_joint_effects(model, inserted, answers):
    words = toys.one_hot(inserted[0])
    found = spacing(model, toys.FIRST, toys.SECOND, words, gaps=GAPS, backgrounds="natural")
    close(found.joint[:, found.arrangements.index("facing")], answers["joint"])


def test_substitutions(effects, answers):
    close(effects["substituted"][1]["effect"], answers["substituted"])


@pytest.mark.parametrize("kind", ["put", "deleted"])
def test_indels_by_both_anchors(effects, answers, kind):
    ours = effects[kind][1]
    close(ours["effect"] + ours["anchors"] / 2, answers[f"{kind}_left"])
    close(ours["effect"] - ours["anchors"] / 2, answers[f"{kind}_right"])
