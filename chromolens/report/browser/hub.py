"""A track hub for the UCSC Genome Browser, of an assembly that UCSC knows.

``hub.txt``, ``genomes.txt`` and ``trackDb.txt`` lie beside the tracks, and name them from there:
the study's folder can stand on any server that answers requests for parts of files.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chromolens.report.browser.features import Features
from chromolens.report.browser.inside import Inside, limits, scale_of
from chromolens.report.browser.page import url_of
from chromolens.report.browser.session import rgb
from chromolens.report.browser.signals import COLOURS, View
from chromolens.runlog import atomic
from chromolens.study import Study

SHORT, LONG = 17, 76
"""Most letters of a track's labels (UCSC's advice; longer ones are cut off)."""


def write_hub(
    study: Study, assembly: str, shown: Sequence[View], held: Inside, found: Sequence[Features]
) -> None:
    """Write the three files. Tracks of the first view are shown, the others hidden."""
    title = study.config["title"] or study.config["study"]
    hub = {"hub": _word(study.config["study"]), "shortLabel": study.config["study"]}
    hub |= {"longLabel": title, "genomesFile": study.place("hub_genomes").name}
    hub |= {"email": "unknown@example.org"}
    genome = {"genome": assembly, "trackDb": study.place("hub_tracks").name}
    tracks = [*_signals(study, shown, held), *_features(study, shown, found)]
    for kind, stanzas in (("hub", [hub]), ("hub_genomes", [genome]), ("hub_tracks", tracks)):
        with atomic(study.place(kind)) as temporary:
            temporary.write_text("\n".join(map(_stanza, stanzas)), encoding="utf-8")


def _stanza(settings: Mapping[str, str]) -> str:
    return "".join(f"{key} {_line(value)}\n" for key, value in settings.items())


def _line(value: str) -> str:
    return re.sub(r"\s+", " ", value).strip()


def _word(text: str) -> str:
    """``text`` as a name of UCSC's: letters, digits, ``_``; a letter first."""
    return re.sub(r"\W", "_", f"s_{text}", flags=re.ASCII)


def _signals(study: Study, shown: Sequence[View], held: Inside) -> Iterator[dict[str, str]]:
    folder, axes = study.place("hub_tracks").parent, limits(held)
    for number, signal in enumerate(held.carried):
        low, high = axes[scale_of(signal)]
        letters = signal.kind == "contributions"
        yield {
            "track": _word(f"signal{number}_{signal.title}"),
            "type": f"bigWig {low} {high}",
            "bigDataUrl": url_of(signal.path, folder),
            **_labels(signal.title),
            "visibility": "full" if signal.is_of(shown[0]) else "hide",
            "color": rgb(COLOURS[signal.kind]),
            "autoScale": "off",
            "viewLimits": f"{low}:{high}",
            "maxHeightPixels": "200:100:20" if letters else "100:40:10",
            **({"logo": "on"} if letters else {"windowingFunction": "mean"}),
        }


def _features(
    study: Study, shown: Sequence[View], found: Iterable[Features]
) -> Iterator[dict[str, str]]:
    folder = study.place("hub_tracks").parent
    for number, each in enumerate(found):
        more = " +" if each.kind == "hits" else ""
        yield {
            "track": _word(f"features{number}_{each.title}"),
            "type": f"bigBed {each.columns}{more}",
            "bigDataUrl": url_of(each.path, folder),
            **_labels(each.title),
            "visibility": "pack" if each.view in (None, shown[0]) else "hide",
            "color": rgb(COLOURS[each.kind]),
        }


def _labels(title: str) -> dict[str, str]:
    return {"shortLabel": title[:SHORT], "longLabel": title[:LONG]}
