"""Parts of a finished study in the formats of other tools."""

from pathlib import Path

from chromolens.motifs.hits.finemo import export_regions
from chromolens.study import open_study


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
