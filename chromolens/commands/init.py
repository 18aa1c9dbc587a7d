"""Write the config of a new study from your files: about fifteen lines, with comments."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from chromolens.commands.drafts import of_genome, of_records
from chromolens.config import check_name
from chromolens.errors import BadInput
from chromolens.runlog import atomic

_PARTS = re.compile(r"([^=/]+)=(.+)")


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("name", nargs="?", default="", help="name of the study")
    parser.add_argument("--fasta", default="", help="FASTA file of the genome")
    named = {"metavar": "NAME=FILE", "nargs": "+", "default": []}
    parser.add_argument("--peaks", **named, help="a BED or narrowPeak file for each task")
    parser.add_argument("--signals", **named, help="a bigWig for each task, or PLUS,MINUS")
    help = "without a genome: a table (id, sequence, labels), or a FASTA file for each class"
    parser.add_argument("--sequences", **named, help=help)
    parser.add_argument("--window", type=int, default=0, help="width of the input (bp)")
    parser.add_argument("--tax-group", default="", help="of JASPAR: vertebrates, fungi, ...")
    parser.add_argument("--output", default="", help="the config to write (NAME.yaml)")
    parser.set_defaults(answer=_answer, refused=1)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    _ask_for_the_rest(options)
    name = check_name(options.name, "the study's name", "chromolens init")
    path = Path(options.output or f"{name}.yaml")
    if path.exists():
        raise BadInput(
            f"there is a file {path} already: it is left as it is",
            remedy="take another --output, or remove it first",
        )
    asked = {"window": options.window, "tax_group": options.tax_group}
    if options.sequences:
        lines = of_records(name, _named(options.sequences), _beside(path), **asked)
    else:
        given = (_named(options.peaks), _named(options.signals))
        lines = of_genome(name, options.fasta, *given, _beside(path), **asked)
    with atomic(path) as new:
        new.write_text("\n".join(lines) + "\n")
    return f"{path} is written; look at it, then: chromolens check {path}", 0


def _ask_for_the_rest(options: argparse.Namespace) -> None:
    """Ask on a terminal for what the flags don't say; BadInput where there is nobody to ask."""
    data = options.peaks or options.signals or options.sequences
    absent = [] if options.name else ["a name"]
    absent += [] if options.fasta or options.sequences else ["--fasta or --sequences"]
    absent += [] if data else ["--peaks, --signals or --sequences"]
    if absent and not sys.stdin.isatty():
        raise BadInput(
            f"a study needs {', '.join(absent)}",
            expected="chromolens init NAME --fasta GENOME --peaks TASK=FILE ..., or "
            "chromolens init NAME --sequences FILE",
        )
    options.name = options.name or _ask("name of the study: ")
    if not (options.fasta or options.sequences):
        options.fasta = _ask("FASTA of the genome (empty: records without a genome): ")
    if not data and options.fasta:
        options.peaks = _ask("peaks, NAME=FILE of each task (empty: signals): ").split()
        if not options.peaks:
            options.signals = _ask("bigWigs, NAME=FILE of each task: ").split()
    elif not data:
        options.sequences = _ask("a table of records, or NAME=FASTA of each class: ").split()


def _ask(question: str) -> str:
    return input(question).strip()


def _named(given: Sequence[str]) -> dict[str, str]:
    """Task -> its file; a file without a name is called like itself. BadInput for one twice."""
    found: dict[str, str] = {}
    for text in given:
        parts = None if os.path.exists(text) else _PARTS.fullmatch(text)
        name, file = parts.groups() if parts else (_stem(text), text)
        if name in found:
            raise BadInput(
                f"two files are called {name}: {found[name]} and {file}",
                expected="a name for each: NAME=FILE",
            )
        found[name] = file
    return found


def _stem(path: str) -> str:
    """A name made of a file's: ``data/Mcm1 rep.bed.gz`` gives ``Mcm1_rep``."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", os.path.basename(path).split(".")[0]).strip("_")


def _beside(config: Path) -> Callable[[str], str]:
    """How a config at ``config`` writes a path that is given here: paths count from its folder."""
    folder = config.parent

    def written(path: str) -> str:
        return path if os.path.isabs(path) else os.path.relpath(path, folder)

    return written
