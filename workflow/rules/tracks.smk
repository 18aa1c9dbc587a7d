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
            "results/{{study}}/attribution/{{model}}/{row.method}/{row.shard}.h5",
            row=lookup(query="track == '{track}'", within=joined_shards),
        ),
        scales=collect(
            "results/{{study}}/attribution/{{model}}/{method}/windows.h5",
            method=lookup(
                query="track == '{track}' & scaled", cols="method", within=joined
            ),
        ),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
    output:
        track="results/{study}/tracks/{study}.{model}.{task}.{track}.bw",
    log:
        "logs/{study}/join_tracks/{model}.{task}.{track}.log",
    wildcard_constraints:
        track=plan.one_of(joined["track"]),
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=cluster.growing(2000),
    params:
        code=code["join_tracks"],
        planned=lookup(dpath="{track}", within=divide.planned(joined, shards)),
        array=lookup(query="track == '{track}'", cols="array", within=joined),
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
            "results/{{study}}/attribution/{{model}}/{{method}}/{row.shard}.h5",
            row=lookup(query="method == '{method}'", within=shards),
        ),
        source=source_by_content,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
    output:
        records="results/{study}/contributions/{study}.{model}.{task}.{method}.h5",
    log:
        "logs/{study}/join_records/{model}.{task}.{method}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["join_records"],
        folds=roles,
    script:
        "../../scripts/join_records.py"


track_files = collect(
    "results/{study}/tracks/{study}.{row.model}.{row.task}.{track}.bw",
    study=study,
    row=tracked[["model", "task"]].drop_duplicates().itertuples(),
    track=joined["track"],
)
track_files += collect(
    "results/{study}/tracks/{study}.{task}.observed.bw",
    study=study,
    task=tasks if genome else [],
)
track_files += collect(
    "results/{study}/contributions/{study}.{row.model}.{row.task}.{row.method}.h5",
    study=study,
    row=(tracked[:0] if genome else tracked).itertuples(),
)
