"""First-layer filters as motifs.

NEEDS     results/{study}/models/{model}/{fold}.{replicate}.keras
PROVIDES  results/{study}/filters/{model}/filters.tsv, filters.meme, sites.tsv
"""


rule read_filters:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        picked="results/{study}/attribution/{model}/windows.tsv",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        sites="results/{study}/filters/{model}/sites.tsv",
        meme="results/{study}/filters/{model}/filters.meme",
    log:
        "logs/{study}/read_filters/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["read_filters"],
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
    script:
        "../../scripts/read_filters.py"


rule name_filters:
    input:
        sites="results/{study}/filters/{model}/sites.tsv",
        motifs="results/{study}/filters/{model}/filters.meme",
        meme=own.inputs(memes),
    output:
        table="results/{study}/filters/{model}/filters.tsv",
    log:
        "logs/{study}/name_filters/{model}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["name_filters"],
        database=database,
        digests=own.digests(memes),
        naming=config["motifs"]["naming"],
    script:
        "../../scripts/name_filters.py"
