"""Say how the value of a track at one base was made: window, network, files and versions."""

import argparse
import json
import sys

from chromolens.kernels import calm


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    parser.add_argument("place", help="chrom:position; positions count from 1")
    parser.add_argument("--task", default="", help="one task only")
    parser.add_argument("--method", default="", help="one attribution method only")
    parser.add_argument("--json", action="store_true", help="print JSON")
    help = "compute the value again, and say whether it is the same"
    parser.add_argument("--again", action="store_true", help=help)
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.explain import describe, explain

    answers = explain(options.study, options.place, task=options.task, method=options.method)
    if options.again:
        with calm():
            from chromolens.models import devices
            from chromolens.reproduce.again import again

        devices.configure()  # one thread, as the workflow's jobs on CPUs have
        answers = [answer | {"again": again(options.study, answer)} for answer in answers]
    unlike = [answer for answer in answers if "NOT THE SAME" in answer]
    if unlike:
        print(f"NOT THE SAME in shard and track: {len(unlike)} values", file=sys.stderr)
    text = json.dumps(answers, indent=1) if options.json else describe(answers)
    return text, int(bool(unlike))
