"""What made a study: code, settings, versions, checksums.

NEEDS     results/{study}/models/{model}/{fold}.{replicate}.keras
PROVIDES  results/{study}/provenance.json
"""

made_from = sources.files(observed, genes, [one["files"] for one in placings.values()])


rule record_provenance:
    input:
        genome=ancient(genome),
        content=chromosomes,
        files=own.inputs(made_from),
        models=collect(
            "results/{{study}}/models/{row.model}/{row.fold}.{row.replicate}.keras",
            row=trainings.itertuples(),
        ),
    output:
        table="results/{study}/provenance.json",
    log:
        "logs/{study}/record_provenance.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["record_provenance"],
        digests=own.digests(made_from),
        config=config,
        config_files=list(map(str, workflow.configfiles)),
    script:
        "../../scripts/record_provenance.py"
