"""The line that says which motif only one reading sees."""

import pandas as pd

from chromolens.motifs.names.agreement import agreement

MEMBERS = pd.DataFrame(
    [
        ("M1_A", "modisco"),
        ("M1_A", "sis"),
        ("M2_B", "modisco"),
        *((f"M{i}", "sis") for i in range(3, 8)),
        ("M8", "modisco"),
        ("M9", "filters"),
    ],
    columns=["motif", "reading"],
).assign(model="m", task="t", null=False)


def test_named_motifs_and_a_few_others_are_listed_the_rest_counted():
    motifs = MEMBERS["motif"].unique()
    lexicon = pd.DataFrame({"motif": motifs, "name": [m.partition("_")[2] for m in motifs]})
    found = agreement(lexicon, MEMBERS, with_sis=True)
    said = "Seen by only one reading: M2_B (MoDISco), M8 (MoDISco), 5 without a name (SIS); "
    assert found.line.startswith(said + "by filters alone: 1.")
    assert found.line.endswith("MoDISco and SIS both show 1 of 2 named motifs.")
    assert (found.both, found.named) == (1, 2)
    null = agreement(lexicon, MEMBERS.assign(null=True), with_sis=True)
    assert null.line.startswith("Seen by only one reading: none; by filters alone: 0.")


def test_where_no_subsets_were_sought_nobody_can_agree():
    members = MEMBERS[MEMBERS["reading"] == "modisco"]
    lexicon = pd.DataFrame({"motif": members["motif"], "name": ["A", "B", ""]})
    line = agreement(lexicon, members, with_sis=False).line
    assert line.startswith("Seen by only one reading: M1_A (MoDISco), ") and "SIS" not in line
