"""Texts as tokens: which number is which token.

NEEDS     results/{study}/inputs/windows.tsv.gz, folds.tsv
PROVIDES  results/{study}/inputs/vocabulary.tsv
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
