"""What made a study: code, settings, versions, checksums.

NEEDS     results/{study}/models/{model}/{fold}.{replicate}.keras
PROVIDES  results/{study}/provenance.json
"""


rule record_provenance:
    input:
        genome=ancient(genome),
        content=chromosomes,
        files=own.inputs(observed + genes),
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
        digests=own.digests(observed + genes),
        config=config,
        config_files=list(map(str, workflow.configfiles)),
    script:
        "../../scripts/record_provenance.py"
