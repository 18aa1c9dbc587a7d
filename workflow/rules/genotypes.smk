"""Genotypes of samples at markers, and what the networks make of the markers.

NEEDS     the files that the config names, or the settings of a simulated cross
PROVIDES  results/{study}/inputs/genotypes.h5, markers.tsv.gz, samples.tsv.gz
          results/{study}/markers/{model}.{task}.{method}.masses.tsv.gz, blocks.tsv, chromosomes.tsv,
          bedgraph.gz; {study}.{model}.{task}.{method}.bw
          results/{study}/markers/nulls/{model}.{method}.{null}.tsv.gz
          results/{study}/markers/{task}.scan.tsv.gz, ridge.tsv.gz, scanned.tsv
          results/{study}/markers/{model}.occluded.tsv
          results/{study}/markers/{model}.{task}.sets.tsv.gz, members.tsv.gz, kept.tsv
          results/{study}/markers/verdicts.tsv, bands.tsv, known.tsv
          results/{study}/markers/recovered.tsv, recall.tsv
"""


rule simulate_genotypes:
    output:
        genotypes="results/{study}/simulated/genotypes.tsv.gz",
        markers="results/{study}/simulated/markers.tsv.gz",
        traits="results/{study}/simulated/traits.tsv.gz",
    log:
        "logs/{study}/simulate_genotypes.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["simulate_genotypes"],
        settings=settings.get("simulated"),
        seed=config["seed"],
    script:
        "../../scripts/simulate_genotypes.py"


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
        mem_mb=cluster.growing(4000),
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
        mem_mb=cluster.growing(4000),
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
        mem_mb=cluster.growing(4000),
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
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["find_marker_sets"],
        folds=roles,
        samples=config["sis"]["windows"],
        threshold=config["sis"]["threshold"],
        settings=subsets.sis_settings(config),
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
        mem_mb=cluster.growing(4000),
    params:
        code=code["scan_markers"],
        folds=roles,
        permutations=settings.get("permutations"),
        seed=config["seed"],
    script:
        "../../scripts/scan_markers.py"


rule draw_null:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        given=lookup(dpath="{model}/fold0/files", within=given_networks),
        chosen=collect(
            "results/{{study}}/attribution/{{model}}/{row.method}/settings.tsv",
            row=lookup(query="method == '{method}'", within=piloted),
        ),
    output:
        masses="results/{study}/markers/nulls/{model}.{method}.{null}.tsv.gz",
    log:
        "logs/{study}/draw_null/{model}.{method}.{null}.log",
    benchmark:
        "results/{study}/benchmarks/draw_null/{model}.{method}.{null}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(720),
        batch_size=config["attribution"]["batch_size"],
    params:
        code=code["draw_null"],
        architecture=lookup(dpath="{model}", within=architecture_code),
        plugin=lookup(
            dpath="{method}", within=provenance.plugin_digests("attribution/methods")
        ),
        model=lookup(dpath="{model}", within=model_settings),
        folds=roles,
        shared=shared,
        settings=lookup(
            dpath="{method}/settings", within=config["attribution"]["methods"]
        ),
        seed=config["seed"],
    script:
        "../../scripts/draw_null.py"


rule judge_markers:
    input:
        index="results/{study}/index.tsv",
        results=collect(
            "results/{{study}}/{path}",
            path=results.paths_of(
                index,
                ("pooled", "masses", "ld_blocks", "null_masses", "scan", "ridge"),
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
        runs=marked[["model", "task", "method"]].to_dict("records"),
        drawn=drawn[["model", "method"]].drop_duplicates().to_dict("records"),
        known=settings.get("known"),
    script:
        "../../scripts/judge_markers.py"


rule recover_markers:
    input:
        index="results/{study}/index.tsv",
        results=collect(
            "results/{{study}}/{path}",
            path=results.paths_of(index, ("masses", "scan", "ridge")),
        ),
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/windows.tsv.gz",
        truth="results/{study}/inputs/spiked.tsv",
    output:
        recovered="results/{study}/markers/recovered.tsv",
        recall="results/{study}/markers/recall.tsv",
    log:
        "logs/{study}/recover_markers.log",
    conda:
        "../../envs/base.yaml"
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["recover_markers"],
        runs=marked[["model", "task", "method"]].to_dict("records"),
    script:
        "../../scripts/recover_markers.py"


marker_files = collect(
    "results/{study}/{path}",
    study=study,
    path=results.paths_of(
        index, ("marker_track", "scanned", "set_markers", "verdicts", "recall")
    ),
)
