"""Sum contributions over the matches of known motifs: which of them a method misses."""

from chromolens import tables
from chromolens.checks.missed import count_missed, mean_background, read_matrices, score_matches
from chromolens.inputs.windows import read_windows
from chromolens.runlog import log_to
from chromolens.tables.checks import MISSED, SCORED_MATCHES

log_to(snakemake.log[0])

files, known = snakemake.input, snakemake.params.known
table = score_matches(
    dict(zip(snakemake.params.tasks, files.contributions, strict=True)),
    read_windows(files.windows),
    read_matrices(files.meme[0], known["motifs"]),
    mean_background(files.cards),
    **{key: known[key] for key in ("among", "best", "min_log_odds")},
)
table.insert(0, "model", snakemake.wildcards.model)
table.insert(1, "method", snakemake.wildcards.method)
tables.write(SCORED_MATCHES, table, snakemake.output.matches)
tables.write(MISSED, count_missed(table), snakemake.output.missed)
