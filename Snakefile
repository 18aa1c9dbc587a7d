"""Train sequence models, explain them base by base, report what they learned.

One rules file per stage, in the order in which they run:

    inputs -> train -> attribute -> tracks, motifs, sis -> lexicon -> hits -> checks -> report

A study is one config file: snakemake --configfile config/studies/NAME.yaml
"""

from snakemake.utils import min_version

min_version("9.19")


if not workflow.overwrite_configfiles:

    configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/tokens.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/attribute.smk"
include: "workflow/rules/tracks.smk"
include: "workflow/rules/motifs.smk"
include: "workflow/rules/motif_pages.smk"
include: "workflow/rules/methods.smk"
include: "workflow/rules/sis.smk"
include: "workflow/rules/thresholds.smk"
include: "workflow/rules/editing.smk"
include: "workflow/rules/variants.smk"
include: "workflow/rules/compared.smk"
include: "workflow/rules/filters.smk"
include: "workflow/rules/views.smk"
include: "workflow/rules/lexicon.smk"
include: "workflow/rules/hits.smk"
include: "workflow/rules/experiments.smk"
include: "workflow/rules/checks.smk"
include: "workflow/rules/provenance.smk"
include: "workflow/rules/index.smk"
include: "workflow/rules/genotypes.smk"
include: "workflow/rules/browse.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/overview.smk"
include: "workflow/rules/queues.smk"


rule all:
    default_target: True
    input:
        collect("results/{study}/report/index.html", study=study),
        collect("results/{study}/report.zip", study=study),
        collect("results/{study}/acceptance.tsv", study=study),
        collect("results/{study}/provenance.json", study=study),
        collect("results/{study}/index.tsv", study=study),
        track_files,
        browser_files,
        marker_files,
        token_files,
        variant_files,


# Stopping points, for those who want less than everything.


rule models:
    input:
        model_files,


rule tracks:
    input:
        track_files,


# Of no study: how fast this device is, for the plan.


rule measured:
    input:
        speed_files,
        training_speed_files,
