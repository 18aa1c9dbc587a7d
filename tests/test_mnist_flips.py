"""Digits made to look like others: which pixels are erased, and how the order is judged."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.mnist import flips, judged


def test_the_highest_scores_above_zero_are_erased():
    images = np.full((4, 5, 1), 7, np.float32)
    scores = np.array([[5, 4, 3, 2, 1], [1, -1, -1, -1, -1], [-1] * 5, [3, 2, 2, 2, 1]])
    found = flips.erase(images, scores, count=2)[..., 0] == 0
    assert found[0].tolist() == [True, True, False, False, False]
    assert found[1].tolist() == [True, False, False, False, False]  # what is below 0 stays
    assert not found[2].any()
    assert found[3].tolist() == [True, False, False, False, False]  # equal at the limit


def table(means: dict[str, float], images: int = 40, networks: int = 2) -> pd.DataFrame:
    """Falls of log-odds about ``means``; images differ by far more than methods do."""
    rng = np.random.default_rng(0)
    own = rng.normal(0, 2, images)
    rows = [
        pd.DataFrame(
            {
                "method": name,
                "image": np.arange(images),
                "change": mean + own + rng.normal(0, 0.1, images),
                "flipped": True,
                "seed": seed,
                "flip": "8 to 3",
            }
        )
        for seed in range(networks)
        for name, mean in means.items()
    ]
    return pd.concat(rows, ignore_index=True)


AS_PUBLISHED = dict(zip(flips.METHODS, [8, 15, 15, 17, 17.1, 17.1, 17.5, 18.5], strict=True))


def test_the_published_order_passes():
    found = judged.verdicts(table(AS_PUBLISHED))
    assert found["result"].eq("PASS").all() and len(found) == 5


@pytest.mark.parametrize(
    ("method", "mean", "claim"),
    [
        ("DeepLIFT, RevealCancel", 17.5, "RevealCancel is the best"),
        ("gradient, masked", 15, "the masked gradient is the worst"),
        ("guided backprop x input", 17.1, "guided backprop is below the others"),
        ("integrated gradients, 5", 16, "5 steps are as good as 10"),
        ("gradient x input", 15.4, "integrated gradients are about as good"),
    ],
)
def test_another_order_fails(method, mean, claim):
    found = judged.verdicts(table(AS_PUBLISHED | {method: mean}))
    failed = found.loc[found["result"] == "FAIL", "name"]
    assert [name for name in failed if name.startswith(f"8 to 3: {claim}")]


def test_images_are_drawn_together():
    """The interval of a difference is narrow though the images differ widely."""
    draws = judged.drawn_means(judged.by_image(table(AS_PUBLISHED), "8 to 3"))
    low, high = judged.interval(draws["gradient x input"])
    assert high - low > 0.8
    low, high = judged.interval(draws["gradient x input"] - draws["guided backprop x input"])
    assert 1.9 < low < 2 < high < 2.1
