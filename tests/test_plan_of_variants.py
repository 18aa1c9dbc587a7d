"""The plan of variants: which models score them, and what is refused before the first job."""

import pytest

from chromolens.errors import BadInput
from chromolens.planning import plan, sources, varied
from tests.test_plan import genome, planned, records

FILE = {"url": "https://h/v.vcf.gz"}


def settings_of(config):
    settings, folds, models, _ = planned(config)
    return varied.settings(config, "down", plan.stages(settings)), models, folds


def test_nothing_is_scored_where_there_is_no_file():
    chosen, models, folds = settings_of(genome())
    assert varied.sets(chosen) == [] and varied.models(chosen, models).empty
    assert all(table.empty for table in varied.scores(models, [], folds).values())


def test_a_file_is_scored_by_what_is_explained_fold_by_fold():
    null = {"labels": "permuted"}
    config = genome(variants={"file": FILE, "places": 3}, models={"m": {}, "null": null})
    chosen, models, folds = settings_of(config)
    assert chosen["file"] == "down/h/v.vcf.gz" and chosen["window"] == 100
    assert [row["url"] for _, row in sources.downloads(config).iterrows()] == [FILE["url"]]
    scored = varied.models(chosen, models)
    assert scored["model"].tolist() == ["m"] and varied.sets(chosen) == ["listed", "nulls"]
    tables = varied.scores(scored, varied.sets(chosen), folds)
    assert tables["null_scores"].to_dict("records") == [
        {"model": "m", "fold": f"fold{number}", "set": "nulls"} for number in range(3)
    ]
    assert tables["listed_scores"]["set"].unique().tolist() == ["listed"]


def test_without_nulls_there_is_one_set():
    chosen, models, folds = settings_of(genome(variants={"file": "v.vcf", "nulls": 0}))
    assert varied.sets(chosen) == ["listed"]
    assert varied.scores(models, ["listed"], folds)["null_scores"].empty


def test_records_have_no_places():
    with pytest.raises(BadInput, match="places of a genome(.|\n)*variants.file"):
        settings_of(records(variants={"file": "v.vcf"}))


@pytest.mark.slow
def test_regions_are_shared_among_jobs_of_each_fold():
    config = genome(variants={"saturation": FILE, "saturation_parts": 2}, models={"m": {}})
    chosen, models, folds = settings_of(config)
    assert chosen["saturation"] == "down/h/v.vcf.gz" and chosen["window"] == 100
    assert varied.sets(chosen) == [] and varied.models(chosen, models).empty
    jobs = varied.saturated(chosen, models, folds)
    assert list(jobs.itertuples(index=False, name=None)) == [
        ("m", f"fold{number}", part) for number in range(3) for part in range(2)
    ]
    tasks = varied.saturated_tasks(jobs, models)
    assert list(tasks.itertuples(index=False, name=None)) == [("m", "x"), ("m", "y")]
    chosen, models, folds = settings_of(genome())
    assert varied.saturated(chosen, models, folds).empty
    assert varied.saturated_tasks(jobs[:0], models).empty
    with pytest.raises(BadInput, match="places of a genome(.|\n)*variants.saturation"):
        settings_of(records(variants={"saturation": "v.bed"}))


def test_haplotypes_are_of_a_file():
    chosen, models, _ = settings_of(genome(variants={"file": "v.vcf", "haplotypes": True}))
    assert varied.phased(chosen, models)["model"].tolist() == models["model"].tolist()
    chosen, models, _ = settings_of(genome(variants={"file": "v.vcf"}))
    assert varied.phased(chosen, models).empty
    with pytest.raises(BadInput, match="no file of variants"):
        settings_of(genome(variants={"haplotypes": True}))
