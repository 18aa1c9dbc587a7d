"""The tracks in a browser: a page, a session of IGV desktop, a hub for UCSC.

NEEDS     what chromolens/report/browser says that it needs
PROVIDES  results/{study}/report/tracks.html
          results/{study}/tracks/igv_session.xml
          results/{study}/tracks/{study}.events.bb, .genes.bb, .planted.bb, .subsets.bb
          results/{study}/tracks/hub.txt, genomes.txt, trackDb.txt    of an assembly of UCSC's
"""


rule browse:
    input:
        index="results/{study}/index.tsv",
        results=collect(
            "results/{{study}}/{path}",
            path=results.paths_of(index, browser.NEEDS),
        ),
        genes=genes,
        peaks=sources.files(settings.get("peaks")),
    output:
        page=report(
            "results/{study}/report/tracks.html",
            caption="../report/tracks.rst",
            category="Tracks",
        ),
        session="results/{study}/tracks/igv_session.xml",
        events=(
            "results/{study}/tracks/{study}.events.bb" if settings.get("peaks") else []
        ),
        genes="results/{study}/tracks/{study}.genes.bb" if genes else [],
        planted=(
            "results/{study}/tracks/{study}.planted.bb"
            if settings.get("simulate")
            else []
        ),
        subsets="results/{study}/tracks/{study}.subsets.bb" if sis_tasks else [],
        hub="results/{study}/tracks/hub.txt" if settings.get("ucsc") else [],
        genomes="results/{study}/tracks/genomes.txt" if settings.get("ucsc") else [],
        tracks="results/{study}/tracks/trackDb.txt" if settings.get("ucsc") else [],
    log:
        "logs/{study}/browse.log",
    conda:
        "../../envs/report.yaml"
    params:
        code=code["browse"],
        settings=settings,
    script:
        "../../scripts/browse.py"


browser_files = collect(
    "results/{study}/report/tracks.html", study=study if browsed else []
)
