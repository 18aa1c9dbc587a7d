"""Parts of a finished study in the formats of other tools."""

from pathlib import Path

from chromolens.motifs.hits.finemo import export_regions
from chromolens.study import open_study
from chromolens.tracks.chrombpnet import write_scores


def finemo(
    study: str | Path, model: str, task: str, method: str, folder: str | Path
) -> tuple[Path, Path]:
    """Write the windows of the task's events to ``folder`` (``motifs/hits/finemo.py``).

    Returns the track that was read, and the TF-MoDISco file to call hits with (the task's, of
    any method). Raises BadInput for a study without these files, or a task without windows.
    """
    opened = open_study(study)
    track = opened.track(model, task, method, "scaled").path
    motifs = opened.path("modisco", model=model, task=task)
    windows = opened.windows(model)
    events = windows[[task in source.split(",") for source in windows["source"]]]
    with opened.genome() as genome:
        export_regions(genome, track, events, folder)
    return track, motifs


def chrombpnet(study: str | Path, model: str, signal: str, method: str, prefix: str | Path) -> int:
    """Write the explained windows of a profile network as chrombpnet does.

    The files begin with ``prefix`` (``tracks/chrombpnet.py``). Returns how many windows there are.
    Raises BadInput for a study without these results.
    """
    opened = open_study(study)
    explained = opened.path("explained", model=model, method=method)
    with opened.genome() as genome:
        return len(write_scores(explained, signal, genome.sizes, prefix))
