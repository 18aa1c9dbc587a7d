"""Texts as tokens: which number is which token, and which tokens decide.

NEEDS     results/{study}/inputs/windows.tsv.gz, folds.tsv
          results/{study}/contributions/{study}.{model}.{task}.{method}.h5
PROVIDES  results/{study}/inputs/vocabulary.tsv
          results/{study}/tokens/{model}.{method}.tsv.gz
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
