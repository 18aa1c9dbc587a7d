"""Where every result lies, for those who read them.

NEEDS     nothing: the plan says it
PROVIDES  results/{study}/index.tsv
"""

index = results.index(
    study,
    {
        "study": results.ONE,
        "genome": results.ONE if genome else [],
        "tokens": results.ONE if "tokens" in stages else [],
        "genotypes": results.ONE if "markers" in stages else [],
        "spiked": results.ONE if spiked else [],
        "marked": marked,
        "drawn": drawn,
        "occluded": plan.of_stage("markers", stages, models),
        "kept": set_tasks,
        "texts": set_models,
        "placed": placed,
        "scanned": {"task": tasks if "markers" in stages else []},
        "simulated": results.ONE if settings.get("simulate") else [],
        "models": models,
        "trainings": trainings,
        "placed_windows": regional,
        "shards": results.of_shards(shards, runs),
        "piloted": plan.pilots(windowed, runs, piloted),
        "explained": windowed,
        **results.of_tracks(tracked, joined),
        "observed": {"task": tasks if genome else []},
        "records": tracked[:0] if genome else tracked,
        "motifs": motif_tasks.assign(method=motif_method),
        "picked": plan.of_stage("windows", stages, models),
        "filtered": filtered,
        "viewed": viewed,
        "lexicon": results.ONE if "lexicon" in stages else [],
        "subsets": sis_tasks,
        "edited": edited,
        "varied": results.ONE if variant_sets else [],
        "null_variants": results.ONE if "nulls" in variant_sets else [],
        **varied.scores(variant_models, variant_sets, folds),
        "variants": variant_models,
        "phased": results.ONE if len(phased_models) else [],
        "phased_models": phased_models,
        "saturated": results.ONE if len(saturated) else [],
        "saturated_parts": saturated,
        "saturation_tracks": saturated_tasks,
        "others": other_tasks,
        "swept": swept,
        "masked": {"model": list(dict.fromkeys(row.model for row in sis_tasks))},
        "searched": searched,
        "checked_hits": checked_hits,
        "tried": tried,
        "ablated": ablated,
        "substituted": substituted,
        "browsed": browsed,
        "with_events": browsed if settings.get("peaks") else [],
        "with_genes": browsed if genes else [],
        "with_planted": browsed if settings.get("simulate") else [],
        "with_subsets": browsed if sis_tasks else [],
        "hub": browsed if settings.get("ucsc") else [],
        "completeness": runs,
        "folded": runs if all_folds else runs[:0],
        "planted": tracked if settings.get("simulate") else tracked[:0],
        "known_motifs": sought_known,
        "ranked": plan.of_stage("tokens", stages, runs),
        "tiled": {"model": tiled_models},
        "thinned": {"model": thinned},
        "compared": {"model": compared},
        "paired": paired,
    },
)


rule index_results:
    output:
        table="results/{study}/index.tsv",
    log:
        "logs/{study}/index_results.log",
    localrule: True
    conda:
        "../../envs/base.yaml"
    params:
        code=code["index_results"],
        index=index.to_dict("list"),
    script:
        "../../scripts/index_results.py"
