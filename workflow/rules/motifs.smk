"""What the models learned, as TF-MoDISco reads it.

NEEDS     results/{study}/attribution/{model}/{method}/windows.h5
PROVIDES  results/{study}/motifs/{model}/{task}/{method}/modisco.h5, merged.h5; of the patterns
          patterns.tsv, patterns.meme, subpatterns.tsv, seqlets.bed; of the motifs that they
          merge into merged.tsv, merged.meme, matches.tsv, matches.meme
"""


rule find_patterns:
    input:
        windows="results/{study}/attribution/{model}/{method}/windows.h5",
    output:
        patterns="results/{study}/motifs/{model}/{task}/{method}/modisco.h5",
    log:
        "logs/{study}/find_patterns/{model}.{task}.{method}.log",
    benchmark:
        "results/{study}/benchmarks/find_patterns/{model}.{task}.{method}.tsv"
    conda:
        "../../envs/motifs.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["find_patterns"],
        settings=config["motifs"]["modisco"],
        seed=config["seed"],
    script:
        "../../scripts/find_patterns.py"


rule merge_patterns:
    input:
        patterns="results/{study}/motifs/{model}/{task}/{method}/modisco.h5",
        meme=own.inputs(memes),
    output:
        merged="results/{study}/motifs/{model}/{task}/{method}/merged.h5",
    log:
        "logs/{study}/merge_patterns/{model}.{task}.{method}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["merge_patterns"],
        database=database,
        digests=own.digests(memes),
        naming=config["motifs"]["naming"],
    script:
        "../../scripts/merge_patterns.py"


rule name_patterns:
    input:
        patterns="results/{study}/motifs/{model}/{task}/{method}/modisco.h5",
        merged="results/{study}/motifs/{model}/{task}/{method}/merged.h5",
        meme=own.inputs(memes),
    output:
        patterns="results/{study}/motifs/{model}/{task}/{method}/patterns.tsv",
        patterns_meme="results/{study}/motifs/{model}/{task}/{method}/patterns.meme",
        seqlets="results/{study}/motifs/{model}/{task}/{method}/seqlets.bed",
        subpatterns="results/{study}/motifs/{model}/{task}/{method}/subpatterns.tsv",
        merged="results/{study}/motifs/{model}/{task}/{method}/merged.tsv",
        merged_meme="results/{study}/motifs/{model}/{task}/{method}/merged.meme",
        matches="results/{study}/motifs/{model}/{task}/{method}/matches.tsv",
        matches_meme="results/{study}/motifs/{model}/{task}/{method}/matches.meme",
    log:
        "logs/{study}/name_patterns/{model}.{task}.{method}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["name_patterns"],
        database=database,
        digests=own.digests(memes),
        naming=config["motifs"]["naming"],
        kind=settings["kind"],
    script:
        "../../scripts/name_patterns.py"
