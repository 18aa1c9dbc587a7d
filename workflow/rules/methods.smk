"""How the methods of a study compare on the same windows; studies of one method have no such table.

NEEDS     results/{study}/attribution/{model}/{method}/windows.h5
PROVIDES  results/{study}/checks/{model}.methods.tsv
"""


rule compare_methods:
    input:
        explained=collect(
            "results/{{study}}/attribution/{{model}}/{method}/windows.h5",
            method=methods["method"],
        ),
        times=collect(
            "results/{{study}}/benchmarks/explain_windows/{{model}}/{method}.tsv",
            method=methods["method"],
        ),
        models=collect(
            "results/{{study}}/models/{{model}}/{row.fold}.{row.replicate}.keras",
            row=lookup(query="model == '{model}'", within=trainings),
        ),
    output:
        table="results/{study}/checks/{model}.methods.tsv",
    log:
        "logs/{study}/compare_methods/{model}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=cluster.growing(4000),
    params:
        code=code["compare_methods"],
        methods=list(methods["method"]),
        target=config["attribution"]["target"],
        seed=config["seed"],
    script:
        "../../scripts/compare_methods.py"
