"""Train every model once per fold and replicate; measure it on what it never saw.

NEEDS     results/{study}/inputs/{model}.windows.tsv.gz, genome.fa.gz
PROVIDES  results/{study}/models/{model}/{fold}.{replicate}.keras, .json, .history.tsv
          results/{study}/models/{model}/{metrics,pooled,predictions}.tsv
          results/{study}/checks/{model}.learning.tsv
"""


rule train:
    input:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        source=source_by_content,
        content=content_of_source,
        signals=own.inputs(signals),
        given=lookup(dpath="{model}/{fold}/files", within=given_networks),
        answers=lookup(dpath="{model}/{fold}/answers", within=given_networks),
    output:
        model="results/{study}/models/{model}/{fold}.{replicate}.keras",
        card="results/{study}/models/{model}/{fold}.{replicate}.json",
        history="results/{study}/models/{model}/{fold}.{replicate}.history.tsv",
    log:
        "logs/{study}/train/{model}/{fold}.{replicate}.log",
    benchmark:
        "results/{study}/benchmarks/train/{model}/{fold}.{replicate}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["train"],
        plugin=lookup(dpath="{model}", within=architecture_code),
        model=lookup(dpath="{model}", within=model_settings),
        groups=lookup(dpath="{fold}", within=roles),
        digests=own.digests(signals),
        given=lookup(dpath="{model}/{fold}/digests", within=given_networks),
        signals=settings.get("signals"),
        chromosome_names=settings.get("chromosome_names"),
        seed=config["seed"],
    script:
        "../../scripts/train.py"


rule evaluate:
    input:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        source=source_by_content,
        content=content_of_source,
        signals=own.inputs(signals),
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        metrics="results/{study}/models/{model}/metrics.tsv",
        pooled="results/{study}/models/{model}/pooled.tsv",
        predictions="results/{study}/models/{model}/predictions.tsv.gz",
    log:
        "logs/{study}/evaluate/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(60),
    params:
        code=code["evaluate"],
        folds=roles,
        model=lookup(dpath="{model}", within=model_settings),
        digests=own.digests(signals),
        signals=settings.get("signals"),
        chromosome_names=settings.get("chromosome_names"),
        seed=config["seed"],
    script:
        "../../scripts/evaluate.py"


rule learn_from_fewer:
    input:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        source=source_by_content,
        content=content_of_source,
        pooled="results/{study}/models/{model}/pooled.tsv",
    output:
        table="results/{study}/checks/{model}.learning.tsv",
    log:
        "logs/{study}/learn_from_fewer/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(480),
    params:
        code=code["learn_from_fewer"],
        plugin=lookup(dpath="{model}", within=architecture_code),
        folds=roles,
        model=lookup(dpath="{model}", within=model_settings),
        shares=config["checks"]["learning_curve"],
        seed=config["seed"],
    script:
        "../../scripts/learn_from_fewer.py"


model_files = collect(
    "results/{study}/models/{model}/pooled.tsv", study=study, model=models["model"]
)
