"""One self-contained page about a study: no script, no network, every figure inline SVG."""

from pathlib import Path

from chromolens.report import summary
from chromolens.report.contents import Contents
from chromolens.report.environment import environment
from chromolens.report.figures import logos
from chromolens.report.sections import (
    checks,
    data,
    hits,
    lexicon,
    loci,
    making,
    methods,
    patterns,
    performance,
    positions,
    subsets,
    tokens,
    verdict,
)
from chromolens.runlog import atomic, progress

_SECTIONS = {
    "verdict": ("Verdict", verdict),
    "data": ("What was run", data),
    "performance": ("Training and held-out performance", performance),
    "loci": ("Example loci", loci),
    "tokens": ("Tokens", tokens),
    "patterns": ("Patterns", patterns),
    "subsets": ("Sufficient input subsets", subsets),
    "lexicon": ("Lexicon", lexicon),
    "hits": ("Hits", hits),
    "methods": ("Methods compared", methods),
    "positions": ("Where the mass lies", positions),
    "checks": ("Checks", checks),
    "making": ("How it was made", making),
}


def write_report(path: Path, study: Contents) -> None:
    """Write the page of ``study`` to ``path``, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(render(study), encoding="utf-8")


def render(study: Contents) -> str:
    """The page as HTML text. The same study gives the same text."""
    sections = {
        name: module.context(study)
        for name, (_, module) in progress(_SECTIONS.items(), what="report")
    }
    # None: it makes no sense for this kind of inputs
    sections = {name: found for name, found in sections.items() if found is not None}
    template = environment().get_template("page.html")
    return template.render(
        study=study,
        glyphs=logos.glyphs(),
        summary=summary.paragraph(study, sections),
        titles={name: _SECTIONS[name][0] for name in sections},
        **sections,
    )
