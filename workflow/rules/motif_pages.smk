"""A page about the motifs of each task.

NEEDS     results/{study}/motifs/{model}/{task}/{method}/merged.h5
PROVIDES  results/{study}/report/motifs/{model}.{task}.{method}.html
"""


rule report_motifs:
    input:
        merged_h5="results/{study}/motifs/{model}/{task}/{method}/merged.h5",
        merged="results/{study}/motifs/{model}/{task}/{method}/merged.tsv",
        matches="results/{study}/motifs/{model}/{task}/{method}/matches.tsv",
        matches_meme="results/{study}/motifs/{model}/{task}/{method}/matches.meme",
        patterns="results/{study}/motifs/{model}/{task}/{method}/patterns.tsv",
        subpatterns="results/{study}/motifs/{model}/{task}/{method}/subpatterns.tsv",
        genes=genes,
        chromosomes=collect(
            "results/{study}/inputs/chromosomes.tsv", study=study if genome else []
        ),
    output:
        page=report(
            "results/{study}/report/motifs/{model}.{task}.{method}.html",
            caption="../report/motifs.rst",
            category="Motifs",
        ),
    log:
        "logs/{study}/report_motifs/{model}.{task}.{method}.log",
    conda:
        "../../envs/report.yaml"
    params:
        code=code["report_motifs"],
        config=config,
        settings=settings,
    script:
        "../../scripts/report_motifs.py"
