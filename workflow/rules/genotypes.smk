"""Genotypes of samples at markers, and what the networks make of the markers.

NEEDS     the files that the config names
PROVIDES  results/{study}/inputs/genotypes.h5, markers.tsv.gz, samples.tsv.gz
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
