"""Experiments in silico: motifs put into sequences, alone and in pairs, and taken out of windows.

NEEDS     results/{study}/lexicon/lexicon.tsv, lexicon.meme, members.tsv
          results/{study}/models/{model}/{fold}.{replicate}.keras
          results/{study}/attribution/{model}/{method}/windows.h5
          results/{study}/hits/{model}/{task}/{method}/hits.bed.gz
          results/{study}/sis/{model}/{task}/sis.tsv.gz, aligned.tsv.gz
PROVIDES  results/{study}/experiments/{model}/{task}/marginal.tsv
          results/{study}/experiments/{model}/{task}/spacing.tsv.gz, spacing.pairs.tsv
          results/{study}/experiments/{model}/{task}/{method}.ablated.tsv.gz, {method}.calibration.tsv
          results/{study}/experiments/{model}/{task}/substitutions.tsv, substitutions.motifs.tsv
          results/{study}/experiments/{model}/{task}/necessity.tsv
"""


rule marginalise:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        lexicon="results/{study}/lexicon/lexicon.tsv",
        meme="results/{study}/lexicon/lexicon.meme",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        effects="results/{study}/experiments/{model}/{task}/marginal.tsv",
        dropped="results/{study}/experiments/{model}/{task}/marginal.dropped.tsv",
    log:
        "logs/{study}/marginalise/{model}.{task}.log",
    benchmark:
        "results/{study}/benchmarks/marginalise/{model}.{task}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["marginalise"],
        folds=roles,
        asked=experiments.settings(config),
        seen_by=experiments.seen_by(models),
        min_support=config["motifs"]["naming"]["min_support"],
        settings={
            "target": config["attribution"]["target"],
            "max_p": config["motifs"]["hits"]["max_p"],
            "seed": config["seed"],
        },
    script:
        "../../scripts/marginalise.py"


rule space_motifs:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        lexicon="results/{study}/lexicon/lexicon.tsv",
        meme="results/{study}/lexicon/lexicon.meme",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        gaps="results/{study}/experiments/{model}/{task}/spacing.tsv.gz",
        pairs="results/{study}/experiments/{model}/{task}/spacing.pairs.tsv",
        dropped="results/{study}/experiments/{model}/{task}/spacing.dropped.tsv",
    log:
        "logs/{study}/space_motifs/{model}.{task}.log",
    benchmark:
        "results/{study}/benchmarks/space_motifs/{model}.{task}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["space_motifs"],
        folds=roles,
        asked=experiments.settings(config),
        seen_by=experiments.seen_by(models),
        min_support=config["motifs"]["naming"]["min_support"],
        settings={
            "target": config["attribution"]["target"],
            "max_p": config["motifs"]["hits"]["max_p"],
            "seed": config["seed"],
        },
    script:
        "../../scripts/space_motifs.py"


rule ablate:
    input:
        explained="results/{study}/attribution/{model}/{method}/windows.h5",
        hits=collect(
            "results/{{study}}/hits/{row.hits_model}/{row.task}/{row.hits_method}/hits.bed.gz",
            row=lookup(
                query="model == '{model}' & task == '{task}' & method == '{method}'",
                within=ablated,
            ),
        ),
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        hits="results/{study}/experiments/{model}/{task}/{method}.ablated.tsv.gz",
        calibration="results/{study}/experiments/{model}/{task}/{method}.calibration.tsv",
    log:
        "logs/{study}/ablate/{model}.{task}.{method}.log",
    benchmark:
        "results/{study}/benchmarks/ablate/{model}.{task}.{method}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["ablate"],
        asked=experiments.settings(config),
        settings={
            "target": config["attribution"]["target"],
            "both": config["attribution"]["strands"] == "both",
            "seed": config["seed"],
        },
    script:
        "../../scripts/ablate.py"


rule substitute_bases:
    input:
        meme="results/{study}/lexicon/lexicon.meme",
        explained=collect(
            "results/{{study}}/attribution/{{model}}/{method}/windows.h5",
            method=motif_method,
        ),
        hits=collect(
            "results/{{study}}/hits/{row.hits_model}/{row.task}/{row.hits_method}/hits.bed.gz",
            row=lookup(
                query="model == '{model}' & task == '{task}'", within=substituted
            ),
        ),
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        positions="results/{study}/experiments/{model}/{task}/substitutions.tsv",
        motifs="results/{study}/experiments/{model}/{task}/substitutions.motifs.tsv",
    log:
        "logs/{study}/substitute_bases/{model}.{task}.log",
    benchmark:
        "results/{study}/benchmarks/substitute_bases/{model}.{task}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["substitute_bases"],
        asked=experiments.settings(config),
        settings={
            "target": config["attribution"]["target"],
            "both": config["attribution"]["strands"] == "both",
            "seed": config["seed"],
        },
    script:
        "../../scripts/substitute_bases.py"


rule weigh_motifs:
    input:
        marginal="results/{study}/experiments/{model}/{task}/marginal.tsv",
        calibration=collect(
            "results/{{study}}/experiments/{row.model}/{row.task}/{row.method}.calibration.tsv",
            row=lookup(
                query="model == '{model}' & task == '{task}'",
                within=substituted,
            ),
        ),
        members="results/{study}/lexicon/members.tsv",
        aligned=collect(
            "results/{{study}}/sis/{row.model}/{row.task}/aligned.tsv.gz",
            row=lookup(
                query="model == '{model}' & task == '{task}'", within=with_subsets
            ),
        ),
        subsets=collect(
            "results/{{study}}/sis/{row.model}/{row.task}/sis.tsv.gz",
            row=lookup(
                query="model == '{model}' & task == '{task}'", within=with_subsets
            ),
        ),
    output:
        table="results/{study}/experiments/{model}/{task}/necessity.tsv",
    log:
        "logs/{study}/weigh_motifs/{model}.{task}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["weigh_motifs"],
    script:
        "../../scripts/weigh_motifs.py"
