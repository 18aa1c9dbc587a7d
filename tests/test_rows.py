"""Rows for a job's wildcards are those of Snakemake's ``lookup``, and are asked by index."""

import re
from pathlib import Path

import pandas as pd
from snakemake.iocontainers import Wildcards
from snakemake.ioutils.lookup import lookup

from chromolens.planning.rows import rows

ROOT = Path(__file__).parent.parent
TABLE = pd.DataFrame(
    {
        "method": ["ism", "ism", "deeplift", "ism"],
        "shard": ["a", "b", "a", "b"],
        "fold": ["fold0", "fold1", "fold0", "fold2"],
        "work": [3, 4, 5, 6],
    }
)


def wildcards(**values: str) -> Wildcards:
    return Wildcards(fromdict=values)


def test_rows_are_those_of_a_query():
    query = "method == '{method}' & shard == '{shard}'"
    found, expected = rows(TABLE, "method", "shard"), lookup(query=query, within=TABLE)
    values = rows(TABLE, "method", "shard", column="fold")
    in_query = lookup(query=query, within=TABLE, cols="fold")
    for method in ("ism", "deeplift", "other"):
        for shard in ("a", "b", "c"):
            asked = wildcards(method=method, shard=shard, model="m")
            assert values(asked) == in_query(asked)
            wanted = expected(asked)  # one row, which isn't in a list, or several
            wanted = wanted if isinstance(wanted, list) else [wanted]
            assert [one._asdict() for one in found(asked)] == [
                {key: value for key, value in one._asdict().items() if key != "Index"}
                for one in wanted
            ]


def test_an_empty_table_has_no_rows():
    assert rows(TABLE[:0], "method")(wildcards(method="ism")) == []


def test_the_rule_of_most_jobs_asks_by_index():
    text = (ROOT / "workflow/rules/attribute.smk").read_text()
    rule = re.search(r"^rule attribute:\n((?:(?!^rule ).*\n?)*)", text, re.M)[1]
    assert rule.count("rows.rows(") == 5 and "query=" not in rule
