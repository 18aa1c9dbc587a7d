"""A page to show.

NEEDS     everything above
PROVIDES  results/{study}/report/index.html
"""

sis_files = ["sis.tsv.gz", "counts.tsv", "clusters.tsv", "aligned.tsv.gz"]
sis_files += ["motifs.tsv", "weights.tsv", "motifs.meme"]


rule report:
    input:
        windows="results/{study}/inputs/windows.tsv.gz",
        folds="results/{study}/inputs/folds.tsv",
        dropped="results/{study}/inputs/dropped.tsv",
        acceptance="results/{study}/acceptance.tsv",
        provenance="results/{study}/provenance.json",
        fasta=genome,
        genes=sources.files(settings.get("genes")),
        peaks=sources.files(settings.get("peaks")),
        truth=collect(
            "results/{study}/simulated/truth.bed",
            study=study if settings.get("simulate") else [],
        ),
        histories=collect(
            "results/{{study}}/models/{row.model}/{row.fold}.{row.replicate}.history.tsv",
            row=trainings.itertuples(),
        ),
        predictions=collect(
            "results/{{study}}/models/{model}/predictions.tsv.gz",
            model=models["model"],
        ),
        metrics=collect(
            "results/{{study}}/models/{model}/metrics.tsv", model=models["model"]
        ),
        pooled=collect(
            "results/{{study}}/models/{model}/pooled.tsv", model=models["model"]
        ),
        tracks=collect(
            "results/{{study}}/tracks/{{study}}.{row.model}.{row.task}.{row.method}.bw",
            row=(tracked if genome else tracked[:0]).itertuples(),
        ),
        prediction_tracks=collect(
            "results/{{study}}/tracks/{{study}}.{row.model}.{row.task}.prediction.bw",
            row=(tracked if genome else tracked[:0]).itertuples(),
        ),
        explained=collect(
            "results/{{study}}/attribution/{row.model}/{row.method}/windows.h5",
            row=windowed.itertuples(),
        ),
        patterns=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/merged.tsv",
            row=model_tasks.itertuples(),
            method=motif_method,
        ),
        modisco=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/merged.h5",
            row=model_tasks.itertuples(),
            method=motif_method,
        ),
        motif_pages=collect(
            "results/{{study}}/report/motifs/{row.model}.{row.task}.{method}.html",
            row=model_tasks.itertuples(),
            method=motif_method,
        ),
        subsets=collect(
            "results/{{study}}/sis/{row.model}/{row.task}/{file}",
            row=sis_tasks,
            file=sis_files,
        ),
        sweeps=collect(
            "results/{{study}}/sis/{row.model}/{row.task}/sweep.tsv", row=swept
        ),
        lexicon=rules.make_lexicon.output,
        completeness=collect(
            "results/{{study}}/checks/{row.model}.{row.method}.completeness.tsv",
            row=runs.itertuples(),
        ),
        planted=collect(
            "results/{{study}}/checks/{row.model}.{row.task}.{row.method}.planted.tsv",
            row=(tracked if settings.get("simulate") else tracked[:0]).itertuples(),
        ),
        tiles=collect("results/{{study}}/checks/{model}.tiles.tsv", model=tiled_models),
        compared=collect("results/{{study}}/checks/{model}.methods.tsv", model=compared),
        masks=collect(
            "results/{{study}}/checks/{model}.mask.tsv",
            model=list(dict.fromkeys(row.model for row in sis_tasks)),
        ),
        hits=collect(
            "results/{{study}}/hits/{row.model}/{row.task}/{row.method}/motifs.tsv",
            row=searched.itertuples(),
        ),
        checked_hits=collect(
            "results/{{study}}/checks/{row.model}.{row.task}.{row.method}.hits.tsv",
            row=checked_hits.itertuples(),
        ),
    output:
        report(
            "results/{study}/report/index.html",
            caption="../report/index.rst",
            category="Report",
        ),
    log:
        "logs/{study}/report.log",
    conda:
        "../../envs/report.yaml"
    params:
        code=code["report"],
        config=config,
        settings=settings,
        database=database,
        trainings=trainings.to_dict("records"),
        tracked=(tracked if genome else tracked[:0]).to_dict("records"),
        windowed=windowed.to_dict("records"),
        model_tasks=model_tasks.to_dict("records"),
        motif_method=motif_method,
    script:
        "../../scripts/report.py"
