"""Texts as tokens: which number is which token, and which tokens decide.

NEEDS     results/{study}/inputs/windows.tsv.gz, folds.tsv
          results/{study}/inputs/{model}.windows.tsv.gz
          results/{study}/models/{model}/{fold}.{replicate}.keras
          results/{study}/contributions/{study}.{model}.{task}.{method}.h5
PROVIDES  results/{study}/inputs/vocabulary.tsv
          results/{study}/tokens/{model}.{method}.tsv.gz
          results/{study}/tokens/{model}.sought.tsv, sets.tsv.gz, members.tsv.gz, kept.tsv,
          clusters.tsv
          results/{study}/tokens/{model}.{task}.{method}.bedgraph.gz,
          {study}.{model}.{task}.{method}.bw
"""


rule count_tokens:
    input:
        windows="results/{study}/inputs/windows.tsv.gz",
        folds="results/{study}/inputs/folds.tsv",
    output:
        vocabulary="results/{study}/inputs/vocabulary.tsv",
    log:
        "logs/{study}/count_tokens.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["count_tokens"],
    script:
        "../../scripts/count_tokens.py"


rule rank_tokens:
    input:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        contributions=collect(
            "results/{{study}}/contributions/{{study}}.{{model}}.{row.task}.{{method}}.h5",
            row=lookup(
                query="model == '{model}' & method == '{method}'", within=tracked
            ),
        ),
    output:
        table="results/{study}/tokens/{model}.{method}.tsv.gz",
    log:
        "logs/{study}/rank_tokens/{model}.{method}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["rank_tokens"],
        tasks=lookup(
            query="model == '{model}' & method == '{method}'",
            cols="task",
            within=tracked,
        ),
    script:
        "../../scripts/rank_tokens.py"


rule place_tokens:
    input:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        contributions="results/{study}/contributions/{study}.{model}.{task}.{method}.h5",
        fasta=own.inputs(plan.text_genomes(settings)),
    output:
        bedgraph="results/{study}/tokens/{model}.{task}.{method}.bedgraph.gz",
        bigwig="results/{study}/tokens/{study}.{model}.{task}.{method}.bw",
    log:
        "logs/{study}/place_tokens/{model}.{task}.{method}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["place_tokens"],
        digests=own.digests(plan.text_genomes(settings)),
        step=settings.get("step"),
    script:
        "../../scripts/place_tokens.py"


rule find_token_sets:
    input:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        sought="results/{study}/tokens/{model}.sought.tsv",
        sets="results/{study}/tokens/{model}.sets.tsv.gz",
        members="results/{study}/tokens/{model}.members.tsv.gz",
        kept="results/{study}/tokens/{model}.kept.tsv",
        clusters="results/{study}/tokens/{model}.clusters.tsv",
    log:
        "logs/{study}/find_token_sets/{model}.log",
    benchmark:
        "results/{study}/benchmarks/find_token_sets/{model}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["find_token_sets"],
        folds=roles,
        asked=subsets.text_settings(config),
        settings=subsets.sis_settings(config),
    script:
        "../../scripts/find_token_sets.py"


token_files = collect(
    "results/{study}/tokens/{study}.{row.model}.{row.task}.{row.method}.bw",
    study=study,
    row=placed.itertuples(),
)
