"""A page to show.

NEEDS     what its sections say that they need (NEEDS in chromolens/report/sections)
PROVIDES  results/{study}/report/index.html
          results/{study}/report.zip     all pages in one file
"""


rule report:
    input:
        index="results/{study}/index.tsv",
        results=collect(
            "results/{{study}}/{path}",
            path=results.paths_of(index, results.needs(sections)),
        ),
        genes=genes,
        peaks=sources.files(settings.get("peaks")),
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
        settings=settings,
        database=database,
    script:
        "../../scripts/report.py"


rule pack_report:
    input:
        index="results/{study}/index.tsv",
        pages=collect(
            "results/{{study}}/{path}",
            path=results.paths_of(index, ["report", "motif_page", "tracks_page"]),
        ),
    output:
        "results/{study}/report.zip",
    log:
        "logs/{study}/pack_report.log",
    conda:
        "../../envs/base.yaml"
    params:
        code=code["pack_report"],
    script:
        "../../scripts/pack_report.py"
