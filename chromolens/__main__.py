"""Commands about a finished study.

``python -m chromolens show results/STUDY`` prints what it was to show, and whether it did;
``python -m chromolens explain results/STUDY chr1:12345`` what made the value of a track at a base.
``python -m chromolens finemo results/STUDY MODEL TASK METHOD FOLDER`` writes what Fi-NeMo reads.
"""

import argparse
import json
import sys
from collections.abc import Sequence

from chromolens import tables
from chromolens.checks.acceptance import show
from chromolens.errors import BadInput
from chromolens.explain import describe, explain
from chromolens.export import finemo
from chromolens.study import Study, open_study
from chromolens.tables.motifs import LEXICON, MEMBERS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it could be answered, 2 if what was asked makes no sense.

    1 if shard and track differ.
    """
    options = _parser().parse_args(arguments)
    try:
        answer, code = options.answer(options)
    except BadInput as error:
        print(error, file=sys.stderr)
        return 2
    print(answer)
    return code


def _show(options: argparse.Namespace) -> tuple[str, int]:
    study = open_study(options.study)
    table, page = study.path("acceptance"), study.place("report")
    return f"{show(table)}\n\n{_readings(study)}report: {page.resolve()}", 0


def _readings(study: Study) -> str:
    """Which motif is seen by only one reading, where the study has a lexicon."""
    files = study.place("lexicon"), study.place("members")
    if not all(file.exists() for file in files):
        return ""
    from chromolens.motifs.names.agreement import agreement

    return f"{agreement(tables.read(LEXICON, files[0]), tables.read(MEMBERS, files[1])).line}\n"


def _explain(options: argparse.Namespace) -> tuple[str, int]:
    answers = explain(options.study, options.place, task=options.task, method=options.method)
    if options.again:
        from chromolens.again import again
        from chromolens.models import devices

        devices.configure()  # one thread, as the workflow's jobs on CPUs have
        answers = [answer | {"again": again(options.study, answer)} for answer in answers]
    unlike = [answer for answer in answers if "NOT THE SAME" in answer]
    if unlike:
        print(f"NOT THE SAME in shard and track: {len(unlike)} values", file=sys.stderr)
    text = json.dumps(answers, indent=1) if options.json else describe(answers)
    return text, int(bool(unlike))


def _finemo(options: argparse.Namespace) -> tuple[str, int]:
    track, motifs = finemo(
        options.study, options.model, options.task, options.method, options.folder
    )
    text = (
        f"regions of {track} in {options.folder}; with finemo installed:\n"
        f"finemo call-hits -M pp -r {options.folder}/regions.npz -m {motifs} -o HITS"
    )
    return text, 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m chromolens", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("show", help="the acceptance table, and where the report is")
    command.add_argument("study", help="the study's folder, results/STUDY")
    command.set_defaults(answer=_show)
    command = commands.add_parser("explain", help="what made the value of a track at one base")
    command.add_argument("study", help="the study's folder, results/STUDY")
    command.add_argument("place", help="chrom:position, the first base is 1")
    command.add_argument("--task", default="", help="one task only")
    command.add_argument("--method", default="", help="one attribution method only")
    command.add_argument("--json", action="store_true", help="as JSON")
    help = "compute the value anew, and say whether it is the same"
    command.add_argument("--again", action="store_true", help=help)
    command.set_defaults(answer=_explain)
    command = commands.add_parser("finemo", help="write the events' windows as Fi-NeMo reads them")
    command.add_argument("study", help="the study's folder, results/STUDY")
    for name in ("model", "task", "method", "folder"):
        command.add_argument(name, help="to write to" if name == "folder" else "")
    command.set_defaults(answer=_finemo)
    return parser


if __name__ == "__main__":
    sys.exit(main())
