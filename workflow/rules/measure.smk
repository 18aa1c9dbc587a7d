"""How fast this device is, for the plan: of `chromolens check --measure`, no part of a study.

NEEDS     results/{study}/inputs/{model}.windows.tsv.gz, genome.fa.gz
PROVIDES  results/{study}/speed/{model}.keras, .json
          results/{study}/speed/{model}.training.tsv
          results/{study}/speed/{model}.{method}.tsv
"""


rule measure_training:
    input:
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        source=source_by_content,
        content=content_of_source,
        signals=own.inputs(signals),
        given=lookup(
            dpath="{model}/{first}/files", within=given_networks, first=list(roles)[0]
        ),
    output:
        network="results/{study}/speed/{model}.keras",
        card="results/{study}/speed/{model}.json",
        speed="results/{study}/speed/{model}.training.tsv",
    log:
        "logs/{study}/measure_training/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["measure_training"],
        plugin=lookup(dpath="{model}", within=architecture_code),
        model=lookup(dpath="{model}", within=model_settings),
        folds=roles,
        signals=settings.get("signals"),
        chromosome_names=settings.get("chromosome_names"),
        seed=config["seed"],
    script:
        "../../scripts/measure_training.py"


rule measure_method:
    input:
        network="results/{study}/speed/{model}.keras",
        windows="results/{study}/inputs/{model}.windows.tsv.gz",
        source=source_by_content,
        content=content_of_source,
    output:
        speed="results/{study}/speed/{model}.{method}.tsv",
    log:
        "logs/{study}/measure_method/{model}.{method}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
        batch_size=config["attribution"]["batch_size"],
        few=min(32, config["attribution"]["batch_size"]),
    params:
        code=code["measure_method"],
        plugin=lookup(
            dpath="{method}", within=provenance.plugin_digests("attribution/methods")
        ),
        folds=roles,
        explains=lookup(dpath="{model}/explains", within=model_settings),
        shared=shared,
        settings=lookup(
            dpath="{method}/settings", within=config["attribution"]["methods"]
        ),
        tries=lookup(query="method == '{method}'", cols="tries", within=methods),
        asked=rows.rows(asked, "model", "method", column="asked"),
    script:
        "../../scripts/measure_method.py"


speed_files = collect(
    "results/{study}/speed/{row.model}.{row.method}.tsv",
    study=study,
    row=asked.itertuples(),
)
training_speed_files = collect(
    "results/{study}/speed/{model}.training.tsv",
    study=study,
    model=list(asked["model"].unique()),
)
