"""Parts of a finished study in the formats of other tools."""

from pathlib import Path

from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome
from chromolens.inputs.windows import read_windows
from chromolens.motifs.hits.finemo import export_regions


def finemo(
    study: str | Path, model: str, task: str, method: str, folder: str | Path
) -> tuple[Path, Path]:
    """Write the windows of the task's events to ``folder`` (``motifs/hits/finemo.py``).

    Returns the track that was read, and the TF-MoDISco file to call hits with (the task's, of
    any method). Raises BadInput for a study without these files, or a task without windows.
    """
    study = Path(study)
    track = study / "tracks" / f"{study.resolve().name}.{model}.{task}.{method}.scaled.bw"
    motifs = sorted(study.glob(f"motifs/{model}/{task}/*/modisco.h5"))
    for path in (track, *(motifs or [study / "motifs" / model / task / method / "modisco.h5"])):
        if not path.is_file():
            raise BadInput(
                f"no file {path}",
                expected="a finished study on a genome, and a method of it that is genome-wide",
            )
    windows = read_windows(study / "inputs" / f"{model}.windows.tsv.gz")
    events = windows[[task in source.split(",") for source in windows["source"]]]
    with Genome(study / "inputs" / "genome.fa.gz") as genome:
        export_regions(genome, track, events, folder)
    return track, motifs[0]
