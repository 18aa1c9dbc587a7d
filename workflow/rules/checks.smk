"""How far to believe it.

NEEDS     shards, tracks, patterns, subsets, metrics
PROVIDES  results/{study}/checks/{model}.{method}.completeness.tsv
          results/{study}/checks/{model}.{method}.folds.tsv     where all folds were asked
          results/{study}/checks/{model}.positions.tsv     where in the input the mass lies
          results/{study}/checks/{model}.profile.tsv.gz
          results/{study}/checks/{model}.tiles.tsv     every tile of the held-out chromosomes
          results/{study}/checks/{model}.{method}.planted.tsv     simulated studies
          results/{study}/checks/{model}.{method}.matches.tsv.gz     known motifs
          results/{study}/checks/{model}.{method}.missed.tsv
          results/{study}/acceptance.tsv
"""


rule check_completeness:
    input:
        shards=collect(
            "results/{{study}}/attribution/{{model}}/{{method}}/{row.shard}.h5",
            row=lookup(query="method == '{method}'", within=shards),
        ),
    output:
        table="results/{study}/checks/{model}.{method}.completeness.tsv",
    log:
        "logs/{study}/check_completeness/{model}.{method}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["check_completeness"],
        max_flagged=config["checks"]["max_flagged"],
        tolerance=lookup(query="method == '{method}'", cols="tolerance", within=methods),
    script:
        "../../scripts/check_completeness.py"


rule check_folds:
    input:
        shards=collect(
            "results/{{study}}/attribution/{{model}}/{{method}}/{row.shard}.h5",
            row=lookup(query="method == '{method}'", within=shards),
        ),
    output:
        table="results/{study}/checks/{model}.{method}.folds.tsv",
    log:
        "logs/{study}/check_folds/{model}.{method}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["check_folds"],
    script:
        "../../scripts/check_folds.py"


rule check_positions:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        numbers="results/{study}/checks/{model}.positions.tsv",
        profile="results/{study}/checks/{model}.profile.tsv.gz",
    log:
        "logs/{study}/check_positions/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["check_positions"],
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
        target=config["attribution"]["target"],
        draws=config["checks"]["position_draws"],
        seed=config["seed"],
    script:
        "../../scripts/check_positions.py"


rule check_tiles:
    input:
        genome=ancient(genome),
        content=chromosomes,
        shards=collect(
            "results/{{study}}/attribution/{{model}}/{row.method}/{row.shard}.h5",
            row=shards[
                shards["method"].isin(plan.first_genome_wide(methods))
            ].itertuples(),
        ),
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        events=own.inputs(sources.files(settings.get("peaks"))),
        meme=own.inputs(memes),
    output:
        table="results/{study}/checks/{model}.tiles.tsv",
    log:
        "logs/{study}/check_tiles/{model}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["check_tiles"],
        folds=roles,
        digests=own.digests(sources.files(settings.get("peaks")) + memes),
        peaks=settings.get("peaks"),
        chromosome_names=settings.get("chromosome_names"),
        top=settings.get("top"),
        apart=settings.get("apart"),
        positive_within=settings.get("positive_within"),
        window=settings.get("window"),
        kmer=config["checks"]["kmer"],
        database=database,
    script:
        "../../scripts/check_tiles.py"


rule check_planted:
    input:
        genome=ancient(genome),
        content=chromosomes,
        truth="results/{study}/simulated/truth.bed",
        core="results/{study}/simulated/core.bed",
        track="results/{study}/tracks/{study}.{model}.{task}.{method}.bw",
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
    output:
        table="results/{study}/checks/{model}.{task}.{method}.planted.tsv",
    log:
        "logs/{study}/check_planted/{model}.{task}.{method}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["check_planted"],
        folds=roles,
        database=database,
        motifs=settings.get("simulate", {}).get("motifs"),
    script:
        "../../scripts/check_planted.py"


rule check_missed:
    input:
        contributions=collect(
            "results/{{study}}/contributions/{{study}}.{{model}}.{row.task}.{{method}}.h5",
            row=lookup(
                query="model == '{model}' & method == '{method}'", within=tracked
            ),
        ),
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        meme=own.inputs(sources.files(known_motifs["meme"])),
        cards=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.json",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        matches="results/{study}/checks/{model}.{method}.matches.tsv.gz",
        missed="results/{study}/checks/{model}.{method}.missed.tsv",
    log:
        "logs/{study}/check_missed/{model}.{method}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["check_missed"],
        tasks=lookup(
            query="model == '{model}' & method == '{method}'",
            cols="task",
            within=tracked,
        ),
        known=known_motifs,
        digests=own.digests(sources.files(known_motifs["meme"])),
    script:
        "../../scripts/check_missed.py"


rule accept:
    input:
        pooled=collect(
            "results/{{study}}/models/{model}/pooled.tsv",
            model=models["model"],
        ),
        motifs=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/merged.tsv",
            row=motif_tasks.itertuples(),
            method=motif_method,
        )
        + collect(
            "results/{{study}}/sis/{row.model}/{row.task}/motifs.tsv",
            row=sis_tasks,
        ),
        completeness=collect(
            "results/{{study}}/checks/{row.model}.{row.method}.completeness.tsv",
            row=runs.itertuples(),
        ),
        planted=collect(
            "results/{{study}}/checks/{row.model}.{row.task}.{row.method}.planted.tsv",
            row=(tracked if settings.get("simulate") else tracked[:0]).itertuples(),
        ),
        tiles=collect(
            "results/{{study}}/checks/{model}.tiles.tsv",
            model=tiled_models,
        ),
        missed=collect(
            "results/{{study}}/checks/{row.model}.{row.method}.missed.tsv",
            row=sought_known.itertuples(),
        ),
        tokens=collect(
            "results/{{study}}/tokens/{row.model}.{row.method}.tsv.gz",
            row=plan.of_stage("tokens", stages, runs).itertuples(),
        ),
        known=collect(
            "results/{study}/markers/known.tsv",
            study=study if "markers" in stages else [],
        ),
        verdicts=collect(
            "results/{study}/markers/verdicts.tsv",
            study=study if "markers" in stages else [],
        ),
        recall=collect(
            "results/{study}/markers/recall.tsv",
            study=study if spiked else [],
        ),
        edits=collect(
            "results/{{study}}/edits/{row.model}/{row.task}/edits.tsv.gz",
            row=edited,
        ),
        pairs=collect(
            "results/{{study}}/hits/{row.model}/{row.task}/{row.method}/pairs.tsv",
            row=searched.itertuples(),
        ),
        marginal=collect(
            "results/{{study}}/experiments/{row.model}/{row.task}/marginal.tsv",
            row=tried.itertuples(),
        ),
        spacing=collect(
            "results/{{study}}/experiments/{row.model}/{row.task}/spacing.tsv.gz",
            row=tried.itertuples(),
        ),
        calibration=collect(
            "results/{{study}}/experiments/{row.model}/{row.task}/{row.method}.calibration.tsv",
            row=ablated.itertuples(),
        ),
        motif_profiles=collect(
            "results/{{study}}/experiments/{row.model}/{row.task}/substitutions.motifs.tsv",
            row=substituted.itertuples(),
        ),
    output:
        table=report(
            "results/{study}/acceptance.tsv",
            caption="../report/acceptance.rst",
            category="Tables",
        ),
    log:
        "logs/{study}/accept.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["accept"],
        criteria=config["acceptance"],
    script:
        "../../scripts/accept.py"
