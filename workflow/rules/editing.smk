"""Windows edited base by base, until the model decides otherwise; of studies that say `edit`.

NEEDS     results/{study}/attribution/{model}/windows.tsv
PROVIDES  results/{study}/edits/{model}/{task}/edits.tsv.gz, scores.tsv.gz
"""


rule edit_windows:
    input:
        source=source_by_content,
        content=content_of_source,
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        picked="results/{study}/attribution/{model}/windows.tsv",
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}' & replicate == 0", within=trainings),
        ),
    output:
        edits="results/{study}/edits/{model}/{task}/edits.tsv.gz",
        scores="results/{study}/edits/{model}/{task}/scores.tsv.gz",
    log:
        "logs/{study}/edit_windows/{model}.{task}.log",
    benchmark:
        "results/{study}/benchmarks/edit_windows/{model}.{task}.tsv"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        runtime=cluster.growing(240),
    params:
        code=code["edit_windows"],
        plugins=[
            provenance.plugin_digests("attribution/methods")[name]
            for name in editing.methods(config)
        ],
        folds=roles,
        edits=config["edit"],
        seed=config["seed"],
    script:
        "../../scripts/edit_windows.py"
