"""What the models need: sufficient input subsets, their clusters and motifs.

NEEDS     results/{study}/attribution/{model}/windows.tsv
PROVIDES  results/{study}/sis/{model}/{task}/sis.tsv.gz, counts.tsv, subsets.bed, clusters.tsv,
          aligned.tsv.gz, motifs.tsv, weights.tsv, motifs.meme; others.tsv.gz, others.counts.tsv
"""


rule find_sis:
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
        subsets="results/{study}/sis/{model}/{task}/sis.tsv.gz",
        bed="results/{study}/sis/{model}/{task}/subsets.bed",
        counts="results/{study}/sis/{model}/{task}/counts.tsv",
    log:
        "logs/{study}/find_sis/{model}.{task}.log",
    benchmark:
        "results/{study}/benchmarks/find_sis/{model}.{task}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["find_sis"],
        folds=roles,
        threshold=config["sis"]["threshold"],
        settings=subsets.sis_settings(config),
    script:
        "../../scripts/find_sis.py"


rule cluster_sis:
    input:
        subsets="results/{study}/sis/{model}/{task}/sis.tsv.gz",
        meme=own.inputs(memes),
    output:
        clusters="results/{study}/sis/{model}/{task}/clusters.tsv",
        parts="results/{study}/sis/{model}/{task}/aligned.tsv.gz",
        motifs="results/{study}/sis/{model}/{task}/motifs.tsv",
        weights="results/{study}/sis/{model}/{task}/weights.tsv",
        meme="results/{study}/sis/{model}/{task}/motifs.meme",
    log:
        "logs/{study}/cluster_sis/{model}.{task}.log",
    conda:
        "../../envs/motifs.yaml"
    resources:
        mem_mb=cluster.growing(2000),
    params:
        code=code["cluster_sis"],
        database=database,
        digests=own.digests(memes),
        settings=config["sis"]["clustering"],
        naming=config["motifs"]["naming"],
    script:
        "../../scripts/cluster_sis.py"


rule find_other_sis:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        predictions="results/{study}/models/{model}/predictions.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        subsets="results/{study}/sis/{model}/{task}/others.tsv.gz",
        counts="results/{study}/sis/{model}/{task}/others.counts.tsv",
    log:
        "logs/{study}/find_other_sis/{model}.{task}.log",
    benchmark:
        "results/{study}/benchmarks/find_other_sis/{model}.{task}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["find_other_sis"],
        folds=roles,
        most=subsets.other_groups(config["sis"]),
        threshold=config["sis"]["threshold"],
        seed=config["seed"],
        settings=subsets.sis_settings(config),
    script:
        "../../scripts/find_other_sis.py"
