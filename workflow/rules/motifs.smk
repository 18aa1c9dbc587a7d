"""What the models learned, as TF-MoDISco reads it.

NEEDS     results/{study}/attribution/{model}/{method}/windows.h5
PROVIDES  results/{study}/motifs/{model}/{task}/{method}/modisco.h5, patterns.tsv, patterns.meme,
          seqlets.bed
"""


rule find_patterns:
    input:
        windows="results/{study}/attribution/{model}/{method}/windows.h5",
    output:
        patterns="results/{study}/motifs/{model}/{task}/{method}/modisco.h5",
    log:
        "logs/{study}/find_patterns/{model}.{task}.{method}.log",
    benchmark:
        "benchmarks/results/{study}/find_patterns/{model}.{task}.{method}.tsv"
    conda:
        "../../envs/motifs.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        code=code["find_patterns"],
        settings=config["motifs"]["modisco"],
        seed=config["seed"],
    script:
        "../../scripts/find_patterns.py"


rule name_patterns:
    input:
        patterns="results/{study}/motifs/{model}/{task}/{method}/modisco.h5",
        windows="results/{study}/attribution/{model}/{method}/windows.h5",
        meme=sources.files(database.get("meme")),
    output:
        table="results/{study}/motifs/{model}/{task}/{method}/patterns.tsv",
        meme="results/{study}/motifs/{model}/{task}/{method}/patterns.meme",
        seqlets="results/{study}/motifs/{model}/{task}/{method}/seqlets.bed",
    log:
        "logs/{study}/name_patterns/{model}.{task}.{method}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["name_patterns"],
        database=database,
        naming=config["motifs"]["naming"],
        kind=settings["kind"],
    script:
        "../../scripts/name_patterns.py"
