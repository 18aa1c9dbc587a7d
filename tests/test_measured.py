"""Measured numbers of the documentation are those that the studies gave."""

import pandas as pd
import pytest

from benchmarks import measured
from chromolens.errors import BadInput

KEPT = pd.DataFrame(
    [("demo", "metric auroc main bound", "0.99938"), ("demo", "wall", "471.0")],
    columns=measured.COLUMNS,
)


@pytest.mark.parametrize("page", measured.pages(), ids=lambda page: page.name)
def test_a_page_says_what_was_measured(page):
    text = page.read_text()
    assert measured.filled(text, measured.kept(), str(page)) == text, "run make numbers"


def test_the_documentation_has_measured_numbers():
    found = [measured._PLACE.findall(page.read_text()) for page in measured.pages()]
    assert sum(map(len, found)) > 10


def test_numbers_are_written_at_their_places():
    text = "AUROC <!--= demo; metric auroc main bound; .3f -->0.5<!--/-->, in "
    text += "<!--= demo; wall; minutes --><!--/--> min"
    found = measured.filled(text, KEPT, "x.md")
    assert ".3f -->0.999<!--/-->, in" in found and "minutes -->8<!--/--> min" in found
    with pytest.raises(BadInput, match="did you mean"):
        measured.filled(text.replace("auroc main", "auroc mian"), KEPT, "x.md")


def test_a_study_that_was_not_run_keeps_its_numbers():
    table = pd.DataFrame(
        [
            ("mnist", "order", "12", "PASS", "1:02"),
            ("mnist", "more", "3", "FAIL", "1:02"),
            ("demo", "needs data", None, "SKIPPED", ""),
        ],
        columns=["study", "criterion", "found", "result", "wall"],
    )
    found = measured.taken(table, KEPT)
    assert found.values.tolist() == [
        *KEPT.values.tolist(),
        ["mnist", "more", "3"],
        ["mnist", "order", "12"],
        ["mnist", "wall", "62"],
    ]
    again = measured.taken(table.assign(found="13"), found)
    assert again.loc[again["criterion"] == "order", "found"].tolist() == ["13"]
    assert len(again) == len(found)
