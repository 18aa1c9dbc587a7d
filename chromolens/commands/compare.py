"""Compare two runs of a study, file by file; the exit status is 1 if any file differs."""

import argparse

from chromolens.study import open_study


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    parser.add_argument("other", help="the folder of the other run")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    return compared(options.study, options.other)


def compared(study: str, other: str) -> tuple[str, int]:
    """What to print of two runs, and 1 where a result differs or is missing."""
    from chromolens.reproduce.compare import DIFFERS, EQUAL, MISSING, compare

    found = compare(open_study(study), open_study(other))
    odd = found[found["verdict"] != EQUAL].sort_values("largest", ascending=False)
    lines = [odd.to_string(index=False, float_format="{:.2g}".format)] if len(odd) else []
    counts = found["verdict"].value_counts()
    lines += [f"{count} of {len(found)} results: {verdict}" for verdict, count in counts.items()]
    failed = found["verdict"].isin([DIFFERS, MISSING]).any()
    return "\n".join(lines), int(failed)
