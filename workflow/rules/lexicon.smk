"""One lexicon of what every reading shows: patterns, subsets, and filters of the first layer.

NEEDS     results/{study}/attribution/{model}/windows.tsv
          results/{study}/attribution/{model}/{method}/windows.h5
          results/{study}/motifs/{model}/{task}/{method}/patterns.tsv, patterns.meme, seqlets.bed
          results/{study}/sis/{model}/{task}/motifs.tsv, motifs.meme, sis.tsv.gz
PROVIDES  results/{study}/filters/{model}/sites.tsv, filters.tsv, filters.meme
          results/{study}/lexicon/lexicon.tsv, members.tsv, lexicon.meme
"""


rule read_filters:
    input:
        genome=genome,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        picked="results/{study}/attribution/{model}/windows.tsv",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        sites="results/{study}/filters/{model}/sites.tsv",
        meme="results/{study}/filters/{model}/filters.meme",
    log:
        "logs/{study}/read_filters/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=4000,
    params:
        code=code["read_filters"],
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
    script:
        "../../scripts/read_filters.py"


rule name_filters:
    input:
        sites="results/{study}/filters/{model}/sites.tsv",
        motifs="results/{study}/filters/{model}/filters.meme",
        meme=sources.files(database.get("meme")),
    output:
        table="results/{study}/filters/{model}/filters.tsv",
    log:
        "logs/{study}/name_filters/{model}.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["name_filters"],
        database=database,
        naming=config["motifs"]["naming"],
    script:
        "../../scripts/name_filters.py"


rule make_lexicon:
    input:
        merged=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/merged.tsv",
            row=model_tasks.itertuples(),
            method=motif_method,
        ),
        merged_meme=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/merged.meme",
            row=model_tasks.itertuples(),
            method=motif_method,
        ),
        seqlets=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/seqlets.bed",
            row=model_tasks.itertuples(),
            method=motif_method,
        ),
        windows=collect(
            "results/{{study}}/attribution/{row.model}/{method}/windows.h5",
            row=model_tasks.itertuples(),
            method=motif_method,
        ),
        motifs=collect(
            "results/{{study}}/sis/{row.model}/{row.task}/motifs.tsv", row=sis_tasks
        ),
        motifs_meme=collect(
            "results/{{study}}/sis/{row.model}/{row.task}/motifs.meme", row=sis_tasks
        ),
        sis=collect(
            "results/{{study}}/sis/{row.model}/{row.task}/sis.tsv.gz", row=sis_tasks
        ),
        filters=collect(
            "results/{{study}}/filters/{model}/filters.tsv", model=models["model"]
        ),
        filters_meme=collect(
            "results/{{study}}/filters/{model}/filters.meme", model=models["model"]
        ),
        meme=sources.files(database.get("meme")),
    output:
        table="results/{study}/lexicon/lexicon.tsv",
        members="results/{study}/lexicon/members.tsv",
        meme="results/{study}/lexicon/lexicon.meme",
    log:
        "logs/{study}/make_lexicon.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["make_lexicon"],
        database=database,
        naming=config["motifs"]["naming"],
        nulls=plan.nulls(models),
    script:
        "../../scripts/make_lexicon.py"
