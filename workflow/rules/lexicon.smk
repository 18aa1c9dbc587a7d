"""One lexicon of what every reading shows: patterns, subsets, and filters of the first layer.

NEEDS     results/{study}/motifs/{model}/{task}/{method}/merged.tsv, merged.meme, seqlets.bed
          results/{study}/attribution/{model}/{method}/windows.h5
          results/{study}/sis/{model}/{task}/motifs.tsv, motifs.meme, sis.tsv.gz
          results/{study}/filters/{model}/filters.tsv, filters.meme
PROVIDES  results/{study}/lexicon/lexicon.tsv, members.tsv, lexicon.meme
"""


rule make_lexicon:
    input:
        merged=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/merged.tsv",
            row=motif_tasks.itertuples(),
            method=motif_method,
        ),
        merged_meme=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/merged.meme",
            row=motif_tasks.itertuples(),
            method=motif_method,
        ),
        seqlets=collect(
            "results/{{study}}/motifs/{row.model}/{row.task}/{method}/seqlets.bed",
            row=motif_tasks.itertuples(),
            method=motif_method,
        ),
        windows=collect(
            "results/{{study}}/attribution/{row.model}/{method}/windows.h5",
            row=motif_tasks.itertuples(),
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
            "results/{{study}}/filters/{model}/filters.tsv", model=filtered["model"]
        ),
        filters_meme=collect(
            "results/{{study}}/filters/{model}/filters.meme", model=filtered["model"]
        ),
        meme=own.inputs(memes),
    output:
        table=report(
            "results/{study}/lexicon/lexicon.tsv",
            caption="../report/lexicon.rst",
            category="Tables",
        ),
        members="results/{study}/lexicon/members.tsv",
        meme="results/{study}/lexicon/lexicon.meme",
    log:
        "logs/{study}/make_lexicon.log",
    conda:
        "../../envs/motifs.yaml"
    params:
        code=code["make_lexicon"],
        database=database,
        digests=own.digests(memes),
        naming=config["motifs"]["naming"],
        nulls=plan.nulls(models),
    script:
        "../../scripts/make_lexicon.py"
