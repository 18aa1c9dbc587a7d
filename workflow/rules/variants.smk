"""What the models make of other alleles; of studies that name a file of variants, or of regions.

NEEDS     results/{study}/models/{model}/{fold}.{replicate}.keras, predictions.tsv.gz
          results/{study}/lexicon/lexicon.tsv, lexicon.meme
PROVIDES  results/{study}/variants/listed.tsv.gz, nulls.tsv.gz, dropped.tsv
          results/{study}/variants/{model}/listed.{fold}.tsv.gz, nulls.{fold}.tsv.gz
          results/{study}/variants/{model}/variants.tsv.gz, matches.tsv.gz, contributions.tsv.gz
          results/{study}/variants/{model}/variants.vcf.gz (.tbi), variants.bb
          results/{study}/variants/haplotypes.tsv.gz, haplotypes.dropped.tsv
          results/{study}/variants/{model}/haplotypes.tsv.gz
          results/{study}/variants/saturation.tsv.gz, saturation.dropped.tsv
          results/{study}/variants/{model}/saturation.{fold}.{part}.tsv.gz
          results/{study}/tracks/{study}.{model}.{task}.to_A.bw, to_C.bw, to_G.bw, to_T.bw
"""

variant_list = sources.files(variant_settings["file"])
saturated_regions = sources.files(variant_settings["saturation"])


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


rule phase_variants:
    input:
        file=own.inputs(variant_list),
        genome=ancient(genome),
        content=chromosomes,
        listed="results/{study}/variants/listed.tsv.gz",
    output:
        phased="results/{study}/variants/haplotypes.tsv.gz",
        dropped="results/{study}/variants/haplotypes.dropped.tsv",
    log:
        "logs/{study}/phase_variants.log",
    priority: 1  # a file that is wrong is found before the trainings
    conda:
        "../../envs/base.yaml"
    params:
        code=code["phase_variants"],
        digests=own.digests(variant_list),
        folds=roles,
        settings=variant_settings,
    script:
        "../../scripts/phase_variants.py"


rule score_haplotypes:
    input:
        genome=ancient(genome),
        content=chromosomes,
        phased="results/{study}/variants/haplotypes.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        epistasis="results/{study}/variants/{model}/haplotypes.tsv.gz",
    log:
        "logs/{study}/score_haplotypes/{model}.log",
    benchmark:
        "results/{study}/benchmarks/score_haplotypes/{model}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
        batch_size=config["attribution"]["batch_size"],
    params:
        code=code["score_haplotypes"],
        model=lookup(dpath="{model}", within=model_settings),
        settings=variant_settings,
    script:
        "../../scripts/score_haplotypes.py"


rule read_saturation:
    input:
        file=own.inputs(saturated_regions),
        genome=ancient(genome),
        content=chromosomes,
    output:
        blocks="results/{study}/variants/saturation.tsv.gz",
        dropped="results/{study}/variants/saturation.dropped.tsv",
    log:
        "logs/{study}/read_saturation.log",
    priority: 1  # a file that is wrong is found before the trainings
    conda:
        "../../envs/base.yaml"
    params:
        code=code["read_saturation"],
        digests=own.digests(saturated_regions),
        folds=roles,
        settings=variant_settings,
    script:
        "../../scripts/read_saturation.py"


rule saturate:
    input:
        genome=ancient(genome),
        content=chromosomes,
        blocks="results/{study}/variants/saturation.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{{fold}}.{row.replicate}.keras",
            row=lookup(
                query="model == '{model}' & fold == '{fold}'", within=trainings
            ),
        ),
    output:
        effects="results/{study}/variants/{model}/saturation.{fold}.{part}.tsv.gz",
    log:
        "logs/{study}/saturate/{model}/{fold}.{part}.log",
    benchmark:
        "results/{study}/benchmarks/saturate/{model}/{fold}.{part}.tsv"
    wildcard_constraints:
        part=r"\d+",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
        batch_size=config["attribution"]["batch_size"],
    params:
        code=code["saturate"],
        model=lookup(dpath="{model}", within=model_settings),
        settings=variant_settings,
    script:
        "../../scripts/saturate.py"


rule join_saturation:
    input:
        effects=collect(
            "results/{{study}}/variants/{{model}}/saturation.{row.fold}.{row.part}.tsv.gz",
            row=lookup(query="model == '{model}'", within=saturated),
        ),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
    output:
        A="results/{study}/tracks/{study}.{model}.{task}.to_A.bw",
        C="results/{study}/tracks/{study}.{model}.{task}.to_C.bw",
        G="results/{study}/tracks/{study}.{model}.{task}.to_G.bw",
        T="results/{study}/tracks/{study}.{model}.{task}.to_T.bw",
    log:
        "logs/{study}/join_saturation/{model}.{task}.log",
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=cluster.growing(2000),
    params:
        code=code["join_saturation"],
    script:
        "../../scripts/join_saturation.py"


variant_files = [
    *collect(
        "results/{study}/variants/{model}/variants.vcf.gz",
        study=study,
        model=variant_models["model"],
    ),
    *collect(
        "results/{study}/variants/{model}/haplotypes.tsv.gz",
        study=study,
        model=phased_models["model"],
    ),
    *collect(
        "results/{study}/tracks/{study}.{row.model}.{row.task}.to_A.bw",
        study=study,
        row=saturated_tasks.itertuples(),
    ),
]
