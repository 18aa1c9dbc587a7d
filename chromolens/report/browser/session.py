"""A session of IGV desktop: the genome and all tracks, by paths that count from its own folder."""

from collections.abc import Sequence
from xml.etree import ElementTree

from chromolens.report.browser.features import Features
from chromolens.report.browser.inside import Inside, limits, scale_of
from chromolens.report.browser.page import url_of
from chromolens.report.browser.signals import COLOURS, View
from chromolens.runlog import atomic
from chromolens.study import Study

_SEQUENCE = "Reference sequence"


def write_session(
    study: Study, shown: Sequence[View], held: Inside, found: Sequence[Features]
) -> None:
    """Write ``tracks/igv_session.xml``. Tracks of the first view are shown, the others hidden."""
    path = study.place("igv_session")
    axes, folder = limits(held), path.parent
    root = ElementTree.Element(
        "Session", genome=url_of(study.path("genome"), folder), locus=_locus(held), version="8"
    )
    resources = ElementTree.SubElement(root, "Resources")
    panel = ElementTree.SubElement(root, "Panel", name="DataPanel")
    below = ElementTree.SubElement(root, "Panel", name="FeaturePanel")
    _add(below, _SEQUENCE, _SEQUENCE, clazz="org.broad.igv.track.SequenceTrack")
    for signal in held.carried:
        url = url_of(signal.path, folder)
        ElementTree.SubElement(resources, "Resource", path=url)
        letters = signal.kind == "contributions"
        track = _add(
            *(panel, url, signal.title, COLOURS[signal.kind], signal.is_of(shown[0])),
            renderer="DYNSEQ" if letters else "BAR_CHART",
            autoScale="false",
            height="120" if letters else "50",
            windowFunction="mean",
        )
        _add_range(track, *axes[scale_of(signal)])
    for each in found:
        url = url_of(each.path, folder)
        ElementTree.SubElement(resources, "Resource", path=url)
        visible = each.view in (None, shown[0])
        _add(panel, url, each.title, COLOURS[each.kind], visible, displayMode="EXPANDED")
    ElementTree.indent(root)
    with atomic(path) as temporary:
        ElementTree.ElementTree(root).write(temporary, encoding="UTF-8", xml_declaration=True)


def rgb(colour: str) -> str:
    """``#0b5fa5`` as ``11,95,165``."""
    return ",".join(str(part) for part in bytes.fromhex(colour.removeprefix("#")))


def _locus(held: Inside) -> str:
    if not held.places:
        return "All"
    at = held.places[0].at
    return f"{at.chrom}:{at.start + 1}-{at.end}"


def _add(
    panel: ElementTree.Element,
    url: str,
    name: str,
    colour: str = "#5d646b",
    visible: bool = True,
    **more: str,
) -> ElementTree.Element:
    given = {"id": url, "name": name, "attributeKey": name, "color": rgb(colour)}
    return ElementTree.SubElement(panel, "Track", given | {"visible": str(visible).lower()} | more)


def _add_range(track: ElementTree.Element, low: float, high: float) -> None:
    given = {"minimum": str(low), "maximum": str(high), "baseline": "0.0", "drawBaseline": "true"}
    ElementTree.SubElement(track, "DataRange", given | {"flipAxis": "false", "type": "LINEAR"})
