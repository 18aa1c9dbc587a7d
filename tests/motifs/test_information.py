"""Small samples look informative by chance; the correction takes just that away."""

import numpy as np
import pytest

from chromolens.motifs.ppm import information


@pytest.mark.parametrize("sites", [20, 100])
def test_random_bases_have_no_information_on_average(sites: int) -> None:
    rng = np.random.default_rng(0)
    counts = rng.multinomial(sites, [0.25] * 4, size=(2000, 10))
    bits = [information(ppm / sites, sites) for ppm in counts]
    assert np.mean(bits) == pytest.approx(0, abs=0.1)
    assert np.mean([information(ppm / sites) for ppm in counts]) > 5 / sites


def test_many_sites_need_no_correction() -> None:
    assert information(np.eye(4), 1e9) == pytest.approx(8)
