"""Print the criteria of a finished study, which of them were met, and where the report is."""

import argparse

from chromolens import tables
from chromolens.checks.acceptance import failed, show
from chromolens.study import Study, open_study
from chromolens.tables.checks import ACCEPTANCE
from chromolens.tables.motifs import LEXICON, MEMBERS


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    study = open_study(options.study)
    table, page = study.path("acceptance"), study.place("report")
    said = f"{_readings(study)}{_verdicts(study)}"
    missed = len(failed(tables.read(ACCEPTANCE, table)))
    return f"{show(table)}\n\n{said}report: {page.resolve()}", int(missed > 0)


def _verdicts(study: Study) -> str:
    """Of genotypes: whether each network is about itself or the genome."""
    if "verdicts" not in study or not study.place("verdicts").exists():
        return ""
    rows = study.table("verdicts").itertuples()
    return "".join(f"{row.model}, {row.task}: {row.sentence}\n" for row in rows)


def _readings(study: Study) -> str:
    """Which motif is seen by only one reading, where the study has a lexicon."""
    if "lexicon" not in study:
        return ""
    files = study.place("lexicon"), study.place("members")
    if not all(file.exists() for file in files):
        return ""
    from chromolens.motifs.names.agreement import agreement

    lexicon, members = tables.read(LEXICON, files[0]), tables.read(MEMBERS, files[1])
    return f"{agreement(lexicon, members, with_sis='sis' in study).line}\n"
