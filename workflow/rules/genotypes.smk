"""Genotypes of samples at markers, and what the networks make of the markers.

NEEDS     the files that the config names
PROVIDES  results/{study}/inputs/genotypes.h5, markers.tsv.gz, samples.tsv.gz
          results/{study}/markers/{model}.{task}.{method}.masses.tsv.gz, blocks.tsv, chromosomes.tsv,
          bedgraph.gz; {study}.{model}.{task}.{method}.bw
          results/{study}/markers/{task}.scan.tsv.gz, ridge.tsv.gz, scanned.tsv
          results/{study}/markers/{model}.occluded.tsv
          results/{study}/markers/{model}.{task}.sets.tsv.gz, members.tsv.gz, kept.tsv
          results/{study}/markers/verdicts.tsv, bands.tsv, known.tsv
"""


rule prepare_genotypes:
    input:
        files=own.inputs(sources.genotypes(settings)),
    output:
        genotypes="results/{study}/inputs/genotypes.h5",
        markers="results/{study}/inputs/markers.tsv.gz",
        samples="results/{study}/inputs/samples.tsv.gz",
    log:
        "logs/{study}/prepare_genotypes.log",
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=4000,
    params:
        code=code["prepare_genotypes"],
        digests=own.digests(sources.genotypes(settings)),
        settings=sources.store_settings(settings),
    script:
        "../../scripts/prepare_genotypes.py"


rule summarise_markers:
    input:
        records="results/{study}/contributions/{study}.{model}.{task}.{method}.h5",
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
    output:
        masses="results/{study}/markers/{model}.{task}.{method}.masses.tsv.gz",
        blocks="results/{study}/markers/{model}.{task}.{method}.blocks.tsv",
        chromosomes="results/{study}/markers/{model}.{task}.{method}.chromosomes.tsv",
        bedgraph="results/{study}/markers/{model}.{task}.{method}.bedgraph.gz",
        bigwig="results/{study}/markers/{study}.{model}.{task}.{method}.bw",
    log:
        "logs/{study}/summarise_markers/{model}.{task}.{method}.log",
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=4000,
    params:
        code=code["summarise_markers"],
    script:
        "../../scripts/summarise_markers.py"


rule occlude_chromosomes:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        table="results/{study}/markers/{model}.occluded.tsv",
    log:
        "logs/{study}/occlude_chromosomes/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=4000,
    params:
        code=code["occlude_chromosomes"],
        folds=roles,
        tasks=lookup(dpath="{model}/tasks", within=model_settings),
        objective=lookup(dpath="{model}/objective", within=model_settings),
        seed=config["seed"],
    script:
        "../../scripts/occlude_chromosomes.py"


rule find_marker_sets:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        sets="results/{study}/markers/{model}.{task}.sets.tsv.gz",
        members="results/{study}/markers/{model}.{task}.members.tsv.gz",
        kept="results/{study}/markers/{model}.{task}.kept.tsv",
    log:
        "logs/{study}/find_marker_sets/{model}.{task}.log",
    benchmark:
        "results/{study}/benchmarks/find_marker_sets/{model}.{task}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        code=code["find_marker_sets"],
        folds=roles,
        samples=config["sis"]["windows"],
        threshold=config["sis"]["threshold"],
        settings=plan.sis_settings(config),
    script:
        "../../scripts/find_marker_sets.py"


rule scan_markers:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/windows.tsv.gz",
    output:
        scan="results/{study}/markers/{task}.scan.tsv.gz",
        ridge="results/{study}/markers/{task}.ridge.tsv.gz",
        summary="results/{study}/markers/{task}.scanned.tsv",
    log:
        "logs/{study}/scan_markers/{task}.log",
    conda:
        "../../envs/keras.yaml"
    resources:
        mem_mb=4000,
    params:
        code=code["scan_markers"],
        folds=roles,
        permutations=settings.get("permutations"),
        seed=config["seed"],
    script:
        "../../scripts/scan_markers.py"


rule judge_markers:
    input:
        index="results/{study}/index.tsv",
        results=collect(
            "results/{{study}}/{path}",
            path=results.paths_of(
                index, ("pooled", "masses", "ld_blocks", "scan", "ridge")
            ),
        ),
    output:
        verdicts="results/{study}/markers/verdicts.tsv",
        bands="results/{study}/markers/bands.tsv",
        known="results/{study}/markers/known.tsv",
    log:
        "logs/{study}/judge_markers.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["judge_markers"],
        runs=judged[["model", "task", "method"]].to_dict("records"),
        nulls=nulls_of,
        known=settings.get("known"),
    script:
        "../../scripts/judge_markers.py"


marker_files = collect(
    "results/{study}/{path}",
    study=study,
    path=results.paths_of(index, ("marker_track", "scanned", "set_markers", "verdicts")),
)
