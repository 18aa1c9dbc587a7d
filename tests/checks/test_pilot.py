"""The first number of steps with which contributions add up, found before the whole genome."""

import numpy as np
import pytest

from chromolens import tables
from chromolens.attribution.result import Result
from chromolens.checks.pilot import choose
from chromolens.tables.checks import TRIED
from chromolens.tracks.jobs import with_chosen
from chromolens.tracks.method import Method
from tests.models.planted import sequences

STRICT = {"max_flagged": 0.01, "tolerance": 1e-4}
TRIES = {"steps": [50, 100, 200, 400]}


def quadrature(coarse: float):
    """Every effect is 1; the share ``coarse`` of the windows errs by 0.015 / steps."""

    def attribute(model, onehot, *, tasks, ids, steps, **_) -> list[Result]:
        number = np.array([int(name.removeprefix("record")) for name in ids])
        errors = np.where(number % 600 < 600 * coarse, 0.015 / steps, 0.0)
        values = number.astype(np.float32) / 600 + 1
        return [Result(onehot[:, :, 0], None, errors, values, values - 1) for _ in tasks]

    return attribute


@pytest.mark.parametrize(
    ("coarse", "steps", "flagged"),
    [(0.5, 200, [0.5, 0.5, 0.0]), (0.0, 50, [0.0])],
    # 1e-4 of the effect is met by 150 steps or more
)
def test_the_first_good_enough_value_is_taken(coarse, steps, flagged, tmp_path):
    method = Method("m", ["alpha", "beta"], {"quadrature": "left"}, attribute=quadrature(coarse))
    models = {"fold0": ["a", "b"], "fold1": ["c"]}
    table = choose(
        models, sequences(), method=method, tries=TRIES, max_flagged=0.01, tolerance=1e-4
    )
    assert table["share_flagged"].tolist() == pytest.approx(flagged, abs=0.01)
    assert table["chosen"].tolist() == [False] * (len(flagged) - 1) + [True]
    assert set(table["windows"]) == {3 * 200}
    tables.write(TRIED, table, tmp_path / "settings.tsv")
    found = with_chosen(method.settings, [tmp_path / "settings.tsv"])
    assert found == {"quadrature": "left", "steps": steps}
    assert with_chosen({"steps": 7}, []) == {"steps": 7}


def test_half_of_what_may_be_flagged_is_left_to_the_genome():
    method = Method("m", ["alpha"], {}, attribute=quadrature(0.02))
    question = {"method": method, "tries": TRIES, "tolerance": 1e-4}
    strict = choose({"fold0": ["a"]}, sequences(), max_flagged=0.03, **question)
    loose = choose({"fold0": ["a"]}, sequences(), max_flagged=0.05, **question)
    assert (strict["value"].max(), loose["value"].max()) == (200, 50)


def test_where_none_is_enough_the_last_is_taken_and_said(caplog):
    method = Method("m", ["alpha"], {}, attribute=quadrature(1.0))
    tries = {"steps": [10, 100]}
    table = choose(
        {"fold0": ["a"]}, sequences(), method=method, tries=tries, max_flagged=0.01, tolerance=1e-4
    )
    assert table["chosen"].tolist() == [False, True]
    assert "even with steps 100 contributions of 100.0 % of the windows" in caplog.text
