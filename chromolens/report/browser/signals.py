"""Which tracks with a number per base a study has, and which of them are seen together."""

from dataclasses import dataclass
from pathlib import Path

from chromolens.study import Study

COLOURS = {
    "contributions": "#5d646b",
    "prediction": "#0b5fa5",
    "observed": "#7a4a94",
    "events": "#7a4a94",
    "hits": "#0b5fa5",
    "subsets": "#c8480a",
    "genes": "#5d646b",
    "planted": "#1b6b4c",
}
"""Of each kind of track, the same in every browser."""


@dataclass(frozen=True, order=True)
class View:
    """What is seen together: one attribution, and what was predicted and observed for its task."""

    model: str
    task: str
    method: str

    def __str__(self) -> str:
        return f"{self.task} ({self.model}, {self.method})"


@dataclass(frozen=True)
class Signal:
    """One bigWig. ``kind`` is contributions, prediction or observed.

    ``model`` and ``method`` are empty where the track is not of one.
    """

    kind: str
    path: Path
    task: str
    model: str = ""
    method: str = ""

    @property
    def title(self) -> str:
        """Its name beside the track."""
        made = ", ".join(filter(None, (self.model, self.method)))
        return f"{self.task} {self.kind}" + (f" ({made})" if made else "")

    def is_of(self, view: View) -> bool:
        """Whether it is shown with ``view``; a profile network has two outputs for each task."""
        outputs = (self.task, f"profile_{self.task}", f"counts_{self.task}")
        observed = self.kind == "observed" and view.task in outputs
        same = self.task == view.task and self.model == view.model
        return observed or (same and self.method in ("", view.method))


def views(study: Study) -> list[View]:
    """The attributions that have a track, in the order of the config."""
    return [View(*key) for key in study.paths("track", ("model", "task", "method"))]


def signals(study: Study) -> list[Signal]:
    """Raw contributions, then predictions, then what was observed."""
    kinds = {"contributions": "track", "prediction": "prediction_track"}
    kinds |= {"observed": "observed_track"}
    return [
        Signal(kind, path, task, model, method)
        for kind, named in kinds.items()
        if named in study
        for (model, task, method), path in study.paths(named, ("model", "task", "method")).items()
    ]
