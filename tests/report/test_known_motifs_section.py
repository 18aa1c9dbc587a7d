"""Known motifs on the page: a dot for each match that is like the motif, and the table."""

from types import SimpleNamespace

import pandas as pd
import pytest

from chromolens import tables
from chromolens.checks.missed import count_missed
from chromolens.report.environment import environment
from chromolens.report.sections import known_motifs
from chromolens.tables.checks import MISSED, SCORED_MATCHES

CONFIG = {"meme": "m", "motifs": [], "among": "both", "min_log_odds": 7, "best": 5}


@pytest.fixture
def study(tmp_path):
    rows = [("r1", 3, 9.0, True, True, 2.0), ("r1", 20, 8.0, True, True, -1.0)]
    rows += [("r2", 5, 7.5, True, False, -3.0), ("r2", 9, -4.0, False, False, 50.0)]
    columns = ["id", "start", "log_odds", "good", "among", "contribution"]
    matches = pd.DataFrame(rows, columns=columns).assign(model="m", motif="w", width=6)
    paths = {"scored_matches": [], "missed": []}
    for method in ("x", "y"):
        table = pd.concat([matches.assign(method=method, task=task) for task in ("both", "own")])
        for kind, declared, frame in (
            ("scored_matches", SCORED_MATCHES, table[SCORED_MATCHES.names]),
            ("missed", MISSED, count_missed(table)),
        ):
            path = tmp_path / f"{method}.{kind}.tsv"
            tables.write(declared, frame, path)
            paths[kind].append(path)
    return SimpleNamespace(config={"checks": {"known_motifs": CONFIG}}, **paths)


def test_a_panel_for_each_motif_method_and_task(study):
    context = known_motifs.context(study)
    assert list(context["motifs"]) == ["w"]
    names = [(name, [task for task, _ in panels]) for name, panels in context["motifs"]["w"]]
    assert names == [("x · m", ["both", "own"]), ("y · m", ["both", "own"])]
    panel = str(context["motifs"]["w"][0][1][0][1])
    # two dots of records that are counted and one of others; none of what is unlike the motif
    assert [part.count("h0") for part in panel.split("<path")[-2:]] == [1, 2]
    assert ">−3<" in panel and ">50<" not in panel
    template = environment().get_template("sections/known_motifs.html")
    page = template.render(known_motifs=context)
    assert "50.00 %" in page and "positive in both" in page


def test_no_motif_is_known_beforehand(study):
    bare = SimpleNamespace(config=study.config, scored_matches=[], missed=[])
    context = known_motifs.context(bare)
    assert context["table"] is None and context["motifs"] == {}
    template = environment().get_template("sections/known_motifs.html")
    assert "The config names no known motifs" in template.render(known_motifs=context)
