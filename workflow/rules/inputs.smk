"""What the models read: downloaded or simulated, converted, cut into labelled windows.

NEEDS     the files that the config names
PROVIDES  results/{study}/inputs/genome.fa.gz, windows.tsv.gz, dropped.tsv, notes.json
          results/{study}/inputs/{model}.windows.tsv.gz
          results/{study}/inputs/{method}.regions.tsv.gz, {method}.dropped.tsv
                                    of methods that explain regions
"""

downloads = sources.downloads(config)
planted = settings.get("simulated", {}).get("planted", {})


rule download:
    output:
        # a link of the study's own: an output that studies share would lock out all but one
        "resources/studies/{study}/{path}",
    log:
        "logs/{study}/download/{path}.log",
    priority: 1  # a file that is wrong is found before the trainings
    localrule: True
    conda:
        "../../envs/base.yaml"
    params:
        url=lookup(query="path == '{path}'", cols="url", within=downloads),
        sha256=lookup(query="path == '{path}'", cols="sha256", within=downloads),
        md5=lookup(query="path == '{path}'", cols="md5", within=downloads),
        is_meme=lookup(query="path == '{path}'", cols="is_meme", within=downloads),
    script:
        "../../scripts/download.py"


rule simulate_genome:
    output:
        genome="results/{study}/simulated/genome.fa",
        peaks="results/{study}/simulated/peaks.bed",
        truth="results/{study}/simulated/truth.bed",
        core="results/{study}/simulated/core.bed",
    log:
        "logs/{study}/simulate_genome.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["simulate_genome"],
        database=database,
        settings=settings.get("simulate"),
        seed=config["seed"],
    script:
        "../../scripts/simulate_genome.py"


rule simulate_records:
    output:
        fasta="results/{study}/simulated/{split}/{label}.fa",
    log:
        "logs/{study}/simulate_records/{split}.{label}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["simulate_records"],
        settings=settings.get("simulated"),
        seed=config["seed"],
    script:
        "../../scripts/simulate_records.py"


rule plant_records:
    input:
        meme=own.inputs(sources.files(planted.get("meme"))),
    output:
        table="results/{study}/simulated/records/{split}.tsv.gz",
    log:
        "logs/{study}/plant_records/{split}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["plant_records"],
        digests=own.digests(sources.files(planted.get("meme"))),
        settings=settings.get("simulated"),
        seed=config["seed"],
    script:
        "../../scripts/plant_records.py"


rule prepare_genome:
    input:
        fasta=own.inputs(sources.files(settings.get("fasta"))),
    output:
        fasta="results/{study}/inputs/genome.fa.gz",
        fai="results/{study}/inputs/genome.fa.gz.fai",
        gzi="results/{study}/inputs/genome.fa.gz.gzi",
        digests="results/{study}/inputs/genome.fa.gz.md5",
        circular="results/{study}/inputs/genome.fa.gz.circular",
        chromosomes="results/{study}/inputs/chromosomes.tsv",
    log:
        "logs/{study}/prepare_genome.log",
    conda:
        "../../envs/base.yaml"
    threads: 2  # that pack the file
    params:
        code=code["prepare_genome"],
        digests=own.digests(sources.files(settings.get("fasta"))),
        chromosomes=settings.get("chromosomes"),
        planned=sizes,
        circular=list(circular),
    script:
        "../../scripts/prepare_genome.py"


rule prepare_inputs:
    input:
        source=source_by_content,
        content=chromosomes,
        files=own.inputs(observed),
    output:
        windows="results/{study}/inputs/windows.tsv.gz",
        dropped="results/{study}/inputs/dropped.tsv",
        notes="results/{study}/inputs/notes.json",
        folds="results/{study}/inputs/folds.tsv",
        covariates=["results/{study}/inputs/covariates.tsv.gz"] * len(covariates),
        spiked=["results/{study}/inputs/spiked.tsv"] * len(spiked),
    log:
        "logs/{study}/prepare_inputs.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["prepare_inputs"],
        plugin=provenance.plugin_digests("inputs")[settings["kind"]],
        digests=own.digests(observed),
        kind=settings["kind"],
        settings=sources.prepare_settings(settings, source, config["seed"]),
        folds=folds.table().to_dict("list"),
    script:
        "../../scripts/prepare_inputs.py"


rule label_windows:
    input:
        windows="results/{study}/inputs/windows.tsv.gz",
    output:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
    log:
        "logs/{study}/label_windows/{model}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["label_windows"],
        model=lookup(dpath="{model}", within=model_settings),
        seed=config["seed"],
    script:
        "../../scripts/label_windows.py"


rule prepare_regions:
    input:
        files=lookup(dpath="{method}", within=region_files),
        chromosomes="results/{study}/inputs/chromosomes.tsv",
    output:
        regions="results/{study}/inputs/{method}.regions.tsv.gz",
        dropped="results/{study}/inputs/{method}.dropped.tsv",
    log:
        "logs/{study}/prepare_regions/{method}.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["prepare_regions"],
        digests=lookup(dpath="{method}", within=region_digests),
        folds=roles,
        placing=lookup(dpath="{method}", within=placings),
    script:
        "../../scripts/prepare_regions.py"
