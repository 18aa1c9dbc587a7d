"""Commands about a finished study, or a network of yours.

``python -m chromolens show results/STUDY`` prints what it was to show, and whether it did;
``python -m chromolens explain results/STUDY chr1:12345`` what made the value of a track at a base.
``python -m chromolens finemo results/STUDY MODEL TASK METHOD FOLDER`` writes what Fi-NeMo reads.
``python -m chromolens serve results/STUDY`` lets a browser on this machine read the whole tracks.
``python -m chromolens audit MODEL --inputs FILE`` says where in its input a network looks, and
whether it does so before it has learned anything.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import suppress

from chromolens import tables
from chromolens.checks.acceptance import failed, show
from chromolens.errors import BadInput
from chromolens.explain import describe, explain
from chromolens.export import finemo
from chromolens.study import Study, open_study
from chromolens.tables.checks import ACCEPTANCE, POSITIONS, PROFILE
from chromolens.tables.motifs import LEXICON, MEMBERS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it could be answered, 2 if what was asked makes no sense.

    1 if shard and track differ, or the study failed to show what it had to.
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


def _serve(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.serve import server

    study = open_study(options.study)
    page = study.relative(study.path("tracks_page"))
    with server(study.folder, options.port) as running:
        print(f"http://localhost:{running.server_port}/{page} (Ctrl+C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            running.serve_forever()
    return "", 0


def _audit(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.checks.audit import audit
    from chromolens.inputs.loose import opened
    from chromolens.models.model import load_model

    model = load_model(options.model, layout=options.layout)
    task = int(options.task) if options.task.isdecimal() else options.task
    asked = {name: getattr(options, name) for name in ("method", "target", "most", "draws", "end")}
    with opened(options.inputs, model.length, options.regions) as inputs:
        found = audit(model, inputs, task=task, seed=options.seed, **asked)
    if options.table:
        tables.write(POSITIONS, found.numbers, options.table, model=options.model)
    if options.profile:
        tables.write(PROFILE, found.profile, options.profile, model=options.model)
    if options.plot:
        found.plot(options.plot)
    return str(found), 0


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
    command = commands.add_parser("serve", help="the whole tracks in a browser on this machine")
    command.add_argument("study", help="the study's folder, results/STUDY")
    command.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    command.set_defaults(answer=_serve)
    _add_audit(commands.add_parser("audit", help="where in its input a network looks"))
    return parser


def _add_audit(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", help="a network's file: .keras, .h5, ...")
    help = "what it reads: an array (.npy), or DNA (FASTA): records of its length, or a genome"
    command.add_argument("--inputs", required=True, help=help)
    command.add_argument("--regions", help="BED: windows of the genome around their middles")
    command.add_argument("--layout", help="order of the input's axes, such as channels_length")
    command.add_argument("--task", default="0", help="one task: a number or a name")
    command.add_argument("--method", default="gradient_x_input", help="of attribution")
    command.add_argument("--target", default="logit", help="logit, output, ...")
    command.add_argument("--most", type=int, default=100, help="inputs that are explained")
    command.add_argument("--draws", type=int, default=10, help="untrained networks")
    help = "positions counted as first and as last ones: a share, or a number"
    command.add_argument("--end", type=float, default=0.05, help=help)
    command.add_argument("--seed", type=int, default=0, help="of inputs and first weights")
    command.add_argument("--table", help="write the numbers to this .tsv")
    command.add_argument("--profile", help="write the profile to this .tsv, a row per position")
    command.add_argument("--plot", help="write the figure to this .png or .svg")
    command.set_defaults(answer=_audit)


if __name__ == "__main__":
    sys.exit(main())
