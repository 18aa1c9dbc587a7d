"""One page about a study: whole without a network or its script, every figure inline SVG."""

from pathlib import Path

from chromolens.report import summary
from chromolens.report.answer import answer
from chromolens.report.contents import Contents
from chromolens.report.environment import environment
from chromolens.report.figures import logos
from chromolens.report.guides import GUIDES
from chromolens.report.sections import (
    checks,
    data,
    edits,
    experiments,
    hits,
    known_motifs,
    lexicon,
    loci,
    making,
    markers,
    methods,
    patterns,
    performance,
    positions,
    subsets,
    texts,
    tokens,
    variants,
    verdict,
    views,
)
from chromolens.runlog import atomic, progress

# Name -> title, module, and the stage of ``Contents.stages`` that it belongs to ("": every one).
_SECTIONS = {
    "verdict": ("Verdict", verdict, ""),
    "data": ("What was run", data, ""),
    "performance": ("Training and held-out performance", performance, ""),
    "loci": ("Example loci", loci, "windows"),
    "tokens": ("Tokens", tokens, "tokens"),
    "texts": ("Sufficient tokens", texts, "tokens"),
    "markers": ("Markers", markers, "markers"),
    "patterns": ("Patterns", patterns, "motifs"),
    "subsets": ("Sufficient input subsets", subsets, "sis"),
    "edits": ("Edited windows", edits, "edits"),
    "lexicon": ("Lexicon", lexicon, "lexicon"),
    "hits": ("Hits", hits, "hits"),
    "variants": ("Variants", variants, "variants"),
    "experiments": ("Experiments in silico", experiments, "experiments"),
    "known_motifs": ("Known motifs", known_motifs, "known_motifs"),
    "views": ("Looking inside", views, "views"),
    "methods": ("Methods compared", methods, "windows"),
    "positions": ("Where the mass lies", positions, ""),
    "checks": ("Checks", checks, ""),
    "making": ("How it was made", making, ""),
}


def write_report(path: Path, study: Contents) -> None:
    """Write the page of ``study`` to ``path``, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(render(study), encoding="utf-8")


def render(study: Contents) -> str:
    """The page as HTML text. The same study gives the same text."""
    stages = ("", *study.stages)
    own = {name: row for name, row in _SECTIONS.items() if row[2] in stages}
    sections = {
        name: module.context(study)
        for name, (_, module, _) in progress(own.items(), what="report")
    }
    template = environment().get_template("page.html")
    return template.render(
        study=study,
        glyphs=logos.glyphs(),
        answer=answer(study, sections),
        summary=summary.paragraph(study, sections["data"]),
        guides=GUIDES,
        titles={name: _SECTIONS[name][0] for name in sections},
        **sections,
    )
