"""Two models compared by what is enough for them (`sis.compare`).

NEEDS     results/{study}/sis/{model}/{task}/sis.tsv.gz
          results/{study}/attribution/{model}/{method}/windows.h5
PROVIDES  results/{study}/compared/{model}/{other}/{task}/exchanged.tsv.gz, agreement.tsv,
          clusters.tsv
"""


rule compare_models:
    input:
        source=source_by_content,
        content=content_of_source,
        subsets=[
            "results/{study}/sis/{model}/{task}/sis.tsv.gz",
            "results/{study}/sis/{other}/{task}/sis.tsv.gz",
        ],
        windows=[
            "results/{study}/inputs/{model}.windows.tsv.gz",
            "results/{study}/inputs/{other}.windows.tsv.gz",
        ],
        thresholds=[
            "results/{study}/sis/{model}/thresholds.tsv",
            "results/{study}/sis/{other}/thresholds.tsv",
        ],
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
        others=collect(
            "results/{{study}}/models/{{other}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{other}' & replicate == 0", within=trainings),
        ),
        explained=collect(
            "results/{{study}}/attribution/{{model}}/{method}/windows.h5",
            method=lookup(dpath="{model}/{other}", within=shared_methods),
        ),
        other_explained=collect(
            "results/{{study}}/attribution/{{other}}/{method}/windows.h5",
            method=lookup(dpath="{model}/{other}", within=shared_methods),
        ),
        predictions=[
            "results/{study}/models/{model}/predictions.tsv.gz",
            "results/{study}/models/{other}/predictions.tsv.gz",
        ],
        pooled=[
            "results/{study}/models/{model}/pooled.tsv",
            "results/{study}/models/{other}/pooled.tsv",
        ],
    output:
        exchanged="results/{study}/compared/{model}/{other}/{task}/exchanged.tsv.gz",
        agreement="results/{study}/compared/{model}/{other}/{task}/agreement.tsv",
    log:
        "logs/{study}/compare_models/{model}.{other}.{task}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["compare_models"],
        methods=lookup(dpath="{model}/{other}", within=shared_methods),
        threshold=config["sis"]["threshold"],
        mask=config["sis"]["mask"],
        target=config["attribution"]["target"],
    script:
        "../../scripts/compare_models.py"


rule cluster_both:
    input:
        subsets=[
            "results/{study}/sis/{model}/{task}/sis.tsv.gz",
            "results/{study}/sis/{other}/{task}/sis.tsv.gz",
        ],
        meme=own.inputs(memes),
    output:
        clusters="results/{study}/compared/{model}/{other}/{task}/clusters.tsv",
    log:
        "logs/{study}/cluster_both/{model}.{other}.{task}.log",
    conda:
        "../../envs/motifs.yaml"
    resources:
        mem_mb=cluster.growing(2000),
    params:
        code=code["cluster_both"],
        database=database,
        digests=own.digests(memes),
        settings=config["sis"]["clustering"],
        naming=config["motifs"]["naming"],
    script:
        "../../scripts/cluster_both.py"
