"""What the subsets owe to the threshold and to the mask.

NEEDS     results/{study}/attribution/{model}/windows.tsv
          results/{study}/sis/{model}/thresholds.tsv
PROVIDES  results/{study}/checks/{model}.mask.tsv
          results/{study}/sis/{model}/{task}/sweep.tsv
"""


rule check_mask:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        picked="results/{study}/attribution/{model}/windows.tsv",
        thresholds="results/{study}/sis/{model}/thresholds.tsv",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        table="results/{study}/checks/{model}.mask.tsv",
    log:
        "logs/{study}/check_mask/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["check_mask"],
        folds=roles,
        threshold=config["sis"]["threshold"],
        mask=config["sis"]["mask"],
        target=config["attribution"]["target"],
        seed=config["seed"],
    script:
        "../../scripts/check_mask.py"


rule sweep_thresholds:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        picked="results/{study}/attribution/{model}/windows.tsv",
        predictions="results/{study}/models/{model}/predictions.tsv.gz",
        thresholds="results/{study}/sis/{model}/thresholds.tsv",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        table="results/{study}/sis/{model}/{task}/sweep.tsv",
    log:
        "logs/{study}/sweep_thresholds/{model}.{task}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["sweep_thresholds"],
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
        windows=config["sis"]["sweep_windows"],
        threshold=config["sis"]["threshold"],
        settings=subsets.sweep_settings(config),
    script:
        "../../scripts/sweep_thresholds.py"
