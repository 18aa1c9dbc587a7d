"""Looking inside the networks.

NEEDS     results/{study}/models/{model}/fold0.0.keras
          results/{study}/attribution/{model}/windows.tsv
PROVIDES  results/{study}/views/{model}.tsv.gz
"""


rule view_model:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        picked="results/{study}/attribution/{model}/windows.tsv",
        model="results/{study}/models/{model}/fold0.0.keras",
    output:
        table="results/{study}/views/{model}.tsv.gz",
    log:
        "logs/{study}/view_model/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["view_model"],
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
        views=plan.view_settings(config),
        seed=config["seed"],
    script:
        "../../scripts/view_model.py"
