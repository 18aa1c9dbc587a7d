"""Contributions: of every base, one shard to a job, and of chosen windows in full.

NEEDS     results/{study}/models/{model}/{fold}.{replicate}.keras
PROVIDES  results/{study}/attribution/{model}/windows.tsv
          results/{study}/attribution/{model}/{method}/settings.tsv     where steps are chosen
          results/{study}/attribution/{model}/{method}/{shard}.h5
          results/{study}/attribution/{model}/{method}/windows.h5
"""


rule pick_windows:
    input:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        predictions="results/{study}/models/{model}/predictions.tsv.gz",
    output:
        picked="results/{study}/attribution/{model}/windows.tsv",
        thresholds="results/{study}/sis/{model}/thresholds.tsv",
    log:
        "logs/{study}/pick_windows/{model}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["pick_windows"],
        explains=lookup(dpath="{model}/explains", within=model_settings),
        windows=int(methods["windows"].max()),
        sis_windows=config["sis"]["windows"],
        threshold=config["sis"]["threshold"],
        seed=config["seed"],
        circular=circular,
    script:
        "../../scripts/pick_windows.py"


rule choose_settings:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        tried="results/{study}/attribution/{model}/{method}/settings.tsv",
    log:
        "logs/{study}/choose_settings/{model}/{method}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
        batch_size=config["attribution"]["batch_size"],
    params:
        code=code["choose_settings"],
        plugin=lookup(
            dpath="{method}", within=provenance.plugin_digests("attribution/methods")
        ),
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
        shared=shared,
        settings=lookup(
            dpath="{method}/settings", within=config["attribution"]["methods"]
        ),
        tries=lookup(query="method == '{method}'", cols="tries", within=piloted),
        max_flagged=config["checks"]["max_flagged"],
        tolerance=lookup(query="method == '{method}'", cols="tolerance", within=methods),
    script:
        "../../scripts/choose_settings.py"


rule attribute:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=rows.rows(shard_models, "model", "method", "shard"),
        ),
        folds="results/{study}/inputs/folds.tsv",
        regions=collect(
            "results/{{study}}/inputs/{row.method}.regions.tsv.gz",
            row=rows.rows(regional, "method"),
        ),
        chosen=collect(
            "results/{{study}}/attribution/{{model}}/{row.method}/settings.tsv",
            row=rows.rows(piloted, "method"),
        ),
    output:
        scores="results/{study}/attribution/{model}/{method}/{shard}.h5",
    log:
        "logs/{study}/attribute/{model}/{method}/{shard}.log",
    benchmark:
        "results/{study}/benchmarks/attribute/{model}/{method}/{shard}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
        batch_size=config["attribution"]["batch_size"],
    params:
        code=code["attribute"],
        plugin=lookup(
            dpath="{method}", within=provenance.plugin_digests("attribution/methods")
        ),
        fold=rows.rows(shards, "method", "shard", column="fold"),
        regions=rows.rows(shards, "method", "shard", column="regions"),
        shared=shared,
        settings=lookup(
            dpath="{method}/settings", within=config["attribution"]["methods"]
        ),
    script:
        "../../scripts/attribute.py"


rule explain_windows:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        picked="results/{study}/attribution/{model}/windows.tsv",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
        chosen=collect(
            "results/{{study}}/attribution/{{model}}/{row.method}/settings.tsv",
            row=lookup(query="method == '{method}'", within=piloted),
        ),
    output:
        scores="results/{study}/attribution/{model}/{method}/windows.h5",
    log:
        "logs/{study}/explain_windows/{model}/{method}.log",
    benchmark:
        "results/{study}/benchmarks/explain_windows/{model}/{method}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
        # a fold has a handful of windows, and every call is padded to this many
        batch_size=min(32, config["attribution"]["batch_size"]),
    params:
        code=code["explain_windows"],
        plugin=lookup(
            dpath="{method}", within=provenance.plugin_digests("attribution/methods")
        ),
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
        windows=lookup(
            dpath="{method}/windows", within=config["attribution"]["methods"]
        ),
        shared=shared,
        settings=lookup(
            dpath="{method}/settings", within=config["attribution"]["methods"]
        ),
    script:
        "../../scripts/explain_windows.py"
