"""One number per base over the genome; for records without a genome, one file of them all.

NEEDS     results/{study}/attribution/{model}/{method}/{shard}.h5
PROVIDES  results/{study}/tracks/{study}.{model}.{task}.{method}[.scaled|.sd|.sign].bw
          results/{study}/tracks/{study}.{model}.{task}.prediction.bw
          results/{study}/tracks/{study}.{task}.observed.bw
          results/{study}/contributions/{study}.{model}.{task}.{method}.h5
"""


rule join_tracks:
    input:
        shards=collect(
            "results/{{study}}/attribution/{{model}}/{{method}}/{shard}.h5",
            shard=shards["shard"].unique(),
        ),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
    output:
        track="results/{study}/tracks/{study}.{model}.{task}.{method}.bw",
    log:
        "logs/{study}/join_tracks/{model}.{task}.{method}.log",
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code["join_tracks"],
        planned=layout.explained(folds, sizes),
        array="contributions",
    script:
        "../../scripts/join_tracks.py"


rule join_scaled_tracks:
    input:
        shards=collect(
            "results/{{study}}/attribution/{{model}}/{{method}}/{shard}.h5",
            shard=shards["shard"].unique(),
        ),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
        windows="results/{study}/attribution/{model}/{method}/windows.h5",
    output:
        track="results/{study}/tracks/{study}.{model}.{task}.{method}.scaled.bw",
    log:
        "logs/{study}/join_scaled_tracks/{model}.{task}.{method}.log",
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code["join_tracks"],
        planned=layout.explained(folds, sizes),
        array="contributions",
    script:
        "../../scripts/join_tracks.py"


rule join_predictions:
    input:
        shards=collect(
            "results/{{study}}/attribution/{{model}}/{method}/{shard}.h5",
            method=plan.first_genome_wide(methods),
            shard=shards["shard"].unique(),
        ),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
    output:
        track="results/{study}/tracks/{study}.{model}.{task}.prediction.bw",
    log:
        "logs/{study}/join_predictions/{model}.{task}.log",
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code["join_tracks"],
        planned=layout.explained(folds, sizes),
        array="predictions",
    script:
        "../../scripts/join_tracks.py"


rule join_uncertainty:
    input:
        shards=collect(
            "results/{{study}}/attribution/{{model}}/{{method}}/{shard}.h5",
            shard=shards["shard"].unique(),
        ),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
    output:
        track="results/{study}/tracks/{study}.{model}.{task}.{method}.{array}.bw",
    log:
        "logs/{study}/join_uncertainty/{model}.{task}.{method}.{array}.log",
    wildcard_constraints:
        array="sd|sign",
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=2000,
    params:
        code=code["join_tracks"],
        planned=layout.explained(folds, sizes),
        array="{array}",
    script:
        "../../scripts/join_tracks.py"


rule observed_track:
    input:
        files=lookup(dpath="{task}", within=sources.per_task(settings)),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
    output:
        track="results/{study}/tracks/{study}.{task}.observed.bw",
    log:
        "logs/{study}/observed_track/{task}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["observed_track"],
        chromosome_names=settings.get("chromosome_names"),
    script:
        "../../scripts/observed_track.py"


rule join_records:
    input:
        shards=collect(
            "results/{{study}}/attribution/{{model}}/{{method}}/{shard}.h5",
            shard=shards["shard"].unique(),
        ),
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
    output:
        records="results/{study}/contributions/{study}.{model}.{task}.{method}.h5",
    log:
        "logs/{study}/join_records/{model}.{task}.{method}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["join_records"],
    script:
        "../../scripts/join_records.py"


track_files = collect(
    [
        "results/{study}/tracks/{study}.{row.model}.{row.task}.{row.method}.bw",
        "results/{study}/tracks/{study}.{row.model}.{row.task}.{row.method}.scaled.bw",
        "results/{study}/tracks/{study}.{row.model}.{row.task}.prediction.bw",
    ],
    study=study,
    row=list((tracked if genome else tracked[:0]).itertuples()),
)
track_files += collect(
    "results/{study}/tracks/{study}.{task}.observed.bw",
    study=study,
    task=tasks if genome else [],
)
track_files += collect(
    "results/{study}/tracks/{study}.{row.model}.{row.task}.{row.method}.{array}.bw",
    study=study,
    row=list((tracked if genome and trainings["replicate"].max() else tracked[:0]).itertuples()),
    array=["sd", "sign"],
)
track_files += collect(
    "results/{study}/contributions/{study}.{row.model}.{row.task}.{row.method}.h5",
    study=study,
    row=(tracked[:0] if genome else tracked).itertuples(),
)
