"""DeepSHAP of chrombpnet's heads against tangermeme on the networks rebuilt in torch, run live.

With PUBLISHED=1 the networks have the size of the published ones, and one window is explained.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from chromolens.attribution import front, references
from chromolens.models.model import load_model
from tests import chrombpnet
from tests.oracles import ask

PUBLISHED = bool(os.environ.get("PUBLISHED"))
LENGTH, PROFILE, WINDOWS = (2114, 1000, 1) if PUBLISHED else (chrombpnet.LENGTH, 20, 4)
NOBIAS = {"filters": 512, "dilated": 8} if PUBLISHED else {"filters": 8, "dilated": 4}
BIAS = {"filters": 128, "dilated": 4} if PUBLISHED else {"filters": 4, "dilated": 3}
SHUFFLES = 20
LAYOUT = {"outputs": {0: "profile"}}
COMBINED = LAYOUT | {"lambdas": {"logcount_predictions": "logsumexp"}}
KIND = "dinucleotide_shuffle"


@pytest.fixture(scope="module")
def inputs():
    codes = np.random.default_rng(2).integers(0, 4, (WINDOWS, LENGTH))
    return np.eye(4, dtype=np.float32)[codes]


@pytest.fixture(scope="module")
def results(tmp_path_factory, inputs):
    """Head -> our result, tangermeme's value and hypothetical contributions."""
    folder = tmp_path_factory.mktemp("torch")
    nobias = chrombpnet.bpnet(LENGTH, PROFILE, **NOBIAS)
    bias = chrombpnet.bpnet(LENGTH, PROFILE, **BIAS, seed=3, prefix="", name="model")
    nobias.save(folder / "nobias.h5")
    chrombpnet.chrombpnet(nobias, bias).save(folder / "combined.h5")
    model = load_model(folder / "nobias.h5", layout=LAYOUT)
    both = load_model(folder / "combined.h5", layout=COMBINED)
    ids = references.default_ids(inputs)
    rows = np.arange(WINDOWS)
    drawn = references.own(KIND, model, inputs, rows, ids, seed=5, count=SHUFFLES)
    asked = {"inputs": inputs, "references": drawn, "profile": PROFILE, "batch": SHUFFLES}
    for name, network in {"nobias": nobias, "bias": bias}.items():
        asked |= {f"{name}.{i}": array for i, array in enumerate(network.get_weights())}
    answers = ask(Path(__file__).with_name("torch_chrombpnet.py"), folder, **asked)
    options = {"method": "deeplift_rescale", "references": KIND, "n_references": SHUFFLES}
    options = options | {"ids": ids, "seed": 5, "batch_size": WINDOWS}
    held, counts = front.attribute_tasks(model, inputs, tasks=model.tasks, **options)
    halves = front.attribute(model, inputs, task=0, profile_weights="both", **options)
    combined = front.attribute(both, inputs, task=1, **options)
    ours = {"counts": counts, "combined": combined, "held": held, "halves": halves}
    ours["elementwise"] = held
    return {
        name: (result, answers[f"values.{name}"], answers[f"hypothetical.{name}"])
        for name, result in ours.items()
    }


def per_window(result, hypothetical, inputs):
    """Pearson's r of contributions, and of hypothetical contributions, window by window."""
    theirs = (hypothetical * inputs).sum(axis=-1)
    pairs = [(result.contributions, theirs), (result.hypothetical, hypothetical)]
    return np.array(
        [[np.corrcoef(a[i].ravel(), b[i].ravel())[0, 1] for i in range(WINDOWS)] for a, b in pairs]
    )


@pytest.mark.slow
@pytest.mark.parametrize("head", ["counts", "combined", "held", "halves"])
def test_agreement(results, inputs, head):
    result, values, hypothetical = results[head]
    if head != "halves":  # there the value depends on the reference too
        np.testing.assert_allclose(result.values, values, rtol=1e-4, atol=1e-5)
    agreement = per_window(result, hypothetical, inputs).min(axis=1)
    scale = np.abs(hypothetical).max()
    furthest = np.abs(result.hypothetical - hypothetical).max() / scale
    print(f"{head}: 1 - r {1 - agreement}, {furthest:.2g} of the largest apart")
    assert agreement.min() > 0.99999
    # of the published size, sums of a hundred times as many float32
    assert furthest < (2e-4 if PUBLISHED else 1e-4)


def test_bpnet_lite_explains_another_number(results, inputs):
    """Not equal to either, as documented: logits times their softmax."""
    result, _, hypothetical = results["elementwise"]
    assert per_window(result, hypothetical, inputs).max() < 0.95
