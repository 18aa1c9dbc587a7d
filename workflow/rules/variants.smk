"""What the models make of other alleles; of studies that name a file of variants.

NEEDS     results/{study}/models/{model}/{fold}.{replicate}.keras, predictions.tsv.gz
          results/{study}/lexicon/lexicon.tsv, lexicon.meme
PROVIDES  results/{study}/variants/listed.tsv.gz, nulls.tsv.gz, dropped.tsv
          results/{study}/variants/{model}/listed.{fold}.tsv.gz, nulls.{fold}.tsv.gz
          results/{study}/variants/{model}/variants.tsv.gz, matches.tsv.gz, contributions.tsv.gz
          results/{study}/variants/{model}/variants.vcf.gz (.tbi), variants.bb
"""

variant_list = sources.files(variant_settings["file"])


rule read_variants:
    input:
        file=own.inputs(variant_list),
        genome=ancient(genome),
        content=chromosomes,
    output:
        listed="results/{study}/variants/listed.tsv.gz",
        dropped="results/{study}/variants/dropped.tsv",
    log:
        "logs/{study}/read_variants.log",
    priority: 1  # a file that is wrong is found before the trainings
    conda:
        "../../envs/base.yaml"
    params:
        code=code["read_variants"],
        digests=own.digests(variant_list),
        folds=roles,
        settings=variant_settings,
    script:
        "../../scripts/read_variants.py"


rule draw_variants:
    input:
        genome=ancient(genome),
        content=chromosomes,
        windows="results/{study}/inputs/windows.tsv.gz",
    output:
        nulls="results/{study}/variants/nulls.tsv.gz",
    log:
        "logs/{study}/draw_variants.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["draw_variants"],
        folds=roles,
        settings=variant_settings,
        seed=config["seed"],
    script:
        "../../scripts/draw_variants.py"


rule score_variants:
    input:
        genome=ancient(genome),
        content=chromosomes,
        variants="results/{study}/variants/{set}.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{{fold}}.{row.replicate}.keras",
            row=lookup(
                query="model == '{model}' & fold == '{fold}'", within=trainings
            ),
        ),
    output:
        scores="results/{study}/variants/{model}/{set}.{fold}.tsv.gz",
    log:
        "logs/{study}/score_variants/{model}/{set}.{fold}.log",
    benchmark:
        "results/{study}/benchmarks/score_variants/{model}/{set}.{fold}.tsv"
    wildcard_constraints:
        set=plan.one_of(variant_sets),
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
        batch_size=config["attribution"]["batch_size"],
    params:
        code=code["score_variants"],
        model=lookup(dpath="{model}", within=model_settings),
        settings=variant_settings,
    script:
        "../../scripts/score_variants.py"


rule judge_variants:
    input:
        listed="results/{study}/variants/listed.tsv.gz",
        scores=collect(
            "results/{{study}}/variants/{{model}}/listed.{fold}.tsv.gz", fold=roles
        ),
        nulls=collect(
            "results/{{study}}/variants/{{model}}/{set}.{fold}.tsv.gz",
            set=variant_sets[1:],
            fold=roles,
        ),
        predictions="results/{study}/models/{model}/predictions.tsv.gz",
    output:
        variants="results/{study}/variants/{model}/variants.tsv.gz",
    log:
        "logs/{study}/judge_variants/{model}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["judge_variants"],
        tasks=lookup(dpath="{model}/tasks", within=model_settings),
    script:
        "../../scripts/judge_variants.py"


rule match_variants:
    input:
        genome=ancient(genome),
        content=chromosomes,
        listed="results/{study}/variants/listed.tsv.gz",
        lexicon="results/{study}/lexicon/lexicon.tsv",
        meme="results/{study}/lexicon/lexicon.meme",
    output:
        matches="results/{study}/variants/{model}/matches.tsv.gz",
    log:
        "logs/{study}/match_variants/{model}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["match_variants"],
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
        max_p=config["motifs"]["hits"]["max_p"],
    script:
        "../../scripts/match_variants.py"


rule explain_variants:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        variants="results/{study}/variants/{model}/variants.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
        chosen=collect(
            "results/{{study}}/attribution/{{model}}/{row.method}/settings.tsv",
            row=piloted[piloted["method"] == motif_method].itertuples(),
        ),
    output:
        contributions="results/{study}/variants/{model}/contributions.tsv.gz",
    log:
        "logs/{study}/explain_variants/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(60),
        batch_size=min(32, config["attribution"]["batch_size"]),
    params:
        code=code["explain_variants"],
        plugin=provenance.plugin_digests("attribution/methods").get(motif_method),
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
        method=motif_method,
        settings=config["attribution"]["methods"].get(motif_method, {}).get("settings"),
        shared=plan.attribution_settings(config, settings),
        most=variant_settings["explain"],
    script:
        "../../scripts/explain_variants.py"


rule annotate_vcf:
    input:
        file=own.inputs(variant_list),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
        variants="results/{study}/variants/{model}/variants.tsv.gz",
        dropped="results/{study}/variants/dropped.tsv",
    output:
        vcf="results/{study}/variants/{model}/variants.vcf.gz",
        index="results/{study}/variants/{model}/variants.vcf.gz.tbi",
        bigbed="results/{study}/variants/{model}/variants.bb",
    log:
        "logs/{study}/annotate_vcf/{model}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["annotate_vcf"],
        digests=own.digests(variant_list),
    script:
        "../../scripts/annotate_vcf.py"


variant_files = collect(
    "results/{study}/variants/{model}/variants.vcf.gz",
    study=study,
    model=variant_models["model"],
)
