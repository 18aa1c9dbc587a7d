"""Genotypes as they were published: what is read is what pandas reads."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chromolens.inputs.genotypes import prepare


@pytest.fixture(params=["genotype_yeast_byxrm", "genotype_mouse_hs"])
def folder(request, mirror) -> Path:
    found = mirror.parent / request.param
    if not found.is_dir():
        pytest.skip(f"{found} is absent: it lies beside the public files' mirror")
    return found


SETTINGS = {
    "genotype_yeast_byxrm": {
        "marker_columns": {"position": "pos_sacCer3", "ref": "allele_BY", "alt": "allele_RM"}
    },
    "genotype_mouse_hs": {"bases_per_unit": 1_000_000},
}
TRAITS = {
    "genotype_yeast_byxrm": {"tasks": ["Cobalt_Chloride", "Ethanol", "Lithium_Chloride"]},
    "genotype_mouse_hs": {
        "tasks": ["Obesity.BMI"],
        "covariates": ["GENDER", "Obesity.Date.Year"],
        "categories": ["Obesity.Date.Year"],
        "group_by": "cage",
    },
}


@pytest.mark.slow
def test_published_genotypes_are_read_as_they_are(folder, store):
    files = {name: f"{folder / name}.tsv.gz" for name in ("genotypes", "markers")}
    opened = store(**files, **SETTINGS[folder.name], min_frequency=0.2)
    known = pd.read_table(files["genotypes"], index_col=0)
    share = known.mean() / opened.ploidy
    assert opened.ploidy == known.to_numpy().max()
    assert opened.samples["id"].tolist() == known.index.tolist()
    assert opened.markers["marker"].tolist() == [
        marker for marker in known.columns if min(share[marker], 1 - share[marker]) >= 0.2
    ]
    rows = np.arange(0, len(known), 7)
    np.testing.assert_array_equal(opened.dosage(rows), known[opened.markers["marker"]].iloc[rows])
    traits = pd.read_table(folder / "phenotypes.tsv.gz", index_col=0)
    settings = TRAITS[folder.name]
    tasks = settings["tasks"]
    prepared = prepare(store=opened.path, traits=f"{folder}/phenotypes.tsv.gz", **settings)
    windows = prepared.windows.set_index("id")
    measured = traits[traits[tasks].notna().any(axis=1)]
    assert windows.index.tolist() == measured.index.tolist()
    np.testing.assert_array_equal(windows[tasks], measured[tasks])
    if "group_by" in settings:
        assert (windows["group"].groupby(measured["cage"]).nunique() == 1).all()
        dummies = pd.get_dummies(measured["GENDER"])["M"].to_numpy(dtype=float)
        np.testing.assert_array_equal(prepared.covariates["GENDER=M"], dummies)
