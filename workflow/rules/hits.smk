"""Where the lexicon's motifs occur in the genome, by sequence and by contribution.

NEEDS     results/{study}/lexicon/lexicon.tsv, lexicon.meme
          results/{study}/tracks/{study}.{model}.{task}.{method}.scaled.bw, .prediction.bw
PROVIDES  results/{study}/hits/{model}/{task}/{method}/hits.bed.gz (.tbi), hits.bb, motifs.tsv
          results/{study}/hits/{model}/{task}/{method}/pairs.tsv, gaps.tsv.gz   two motifs near each other
          results/{study}/checks/{model}.{task}.{method}.hits.tsv     where the truth is known
"""


rule find_hits:
    input:
        lexicon="results/{study}/lexicon/lexicon.tsv",
        meme="results/{study}/lexicon/lexicon.meme",
        genome=ancient(genome),
        content=chromosomes,
        track="results/{study}/tracks/{study}.{model}.{task}.{method}.scaled.bw",
        predicted="results/{study}/tracks/{study}.{model}.{task}.prediction.bw",
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        events=lookup(dpath="{task}", within=settings.get("peaks", {}), default=[]),
    output:
        bed="results/{study}/hits/{model}/{task}/{method}/hits.bed.gz",
        index="results/{study}/hits/{model}/{task}/{method}/hits.bed.gz.tbi",
        bigbed="results/{study}/hits/{model}/{task}/{method}/hits.bb",
        motifs="results/{study}/hits/{model}/{task}/{method}/motifs.tsv",
    log:
        "logs/{study}/find_hits/{model}.{task}.{method}.log",
    conda:
        "../../envs/motifs.yaml"
    resources:
        mem_mb=cluster.growing(2000),
    params:
        code=code["find_hits"],
        folds=roles,
        rules=config["motifs"]["hits"]
        | {"min_support": config["motifs"]["naming"]["min_support"]},
        settings={
            "chromosome_names": settings.get("chromosome_names"),
            "within": settings.get("positive_within", 0),
            "seed": config["seed"],
        },
    script:
        "../../scripts/find_hits.py"


rule find_pairs:
    input:
        hits="results/{study}/hits/{model}/{task}/{method}/hits.bed.gz",
        lexicon="results/{study}/lexicon/lexicon.tsv",
        meme="results/{study}/lexicon/lexicon.meme",
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
    output:
        pairs="results/{study}/hits/{model}/{task}/{method}/pairs.tsv",
        gaps="results/{study}/hits/{model}/{task}/{method}/gaps.tsv.gz",
    log:
        "logs/{study}/find_pairs/{model}.{task}.{method}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["find_pairs"],
        rules=config["motifs"]["pairs"],
    script:
        "../../scripts/find_pairs.py"


rule check_hits:
    input:
        hits="results/{study}/hits/{model}/{task}/{method}/hits.bed.gz",
        motifs="results/{study}/hits/{model}/{task}/{method}/motifs.tsv",
        lexicon="results/{study}/lexicon/lexicon.tsv",
        meme="results/{study}/lexicon/lexicon.meme",
        genome=ancient(genome),
        content=chromosomes,
        track="results/{study}/tracks/{study}.{model}.{task}.{method}.scaled.bw",
        predicted="results/{study}/tracks/{study}.{model}.{task}.prediction.bw",
        events=lookup(dpath="{task}", within=settings.get("peaks", {})),
        truth=collect(
            "results/{study}/simulated/truth.bed",
            study=study if settings.get("simulate") else [],
        ),
    output:
        table="results/{study}/checks/{model}.{task}.{method}.hits.tsv",
    log:
        "logs/{study}/check_hits/{model}.{task}.{method}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["check_hits"],
        folds=roles,
        settings={
            "max_p": config["motifs"]["hits"]["max_p"],
            "chromosome_names": settings.get("chromosome_names"),
        },
        database=database,
        motifs=settings.get("simulate", {}).get("motifs"),
    script:
        "../../scripts/check_hits.py"
