"""``chromolens COMMAND``: write, check and run a study, and ask what it found.

``chromolens init`` writes a config from your files, ``check`` says what would go wrong before
anything is computed, ``run`` runs it (Snakemake underneath), ``status`` says how far its jobs are,
``show`` prints what it was to show, and whether it did; ``explain`` what made the value of a track
at a base, ``variant`` what the models make of another allele, ``serve`` lets a browser read the
tracks, ``finemo`` writes what Fi-NeMo reads, and ``audit`` says where in its input a network
looks. ``reproduce`` runs a finished study again elsewhere and says whether its results are the
same; ``compare`` does so of two runs.
"""

import argparse
import sys
from collections.abc import Sequence

from chromolens import __version__
from chromolens.commands import COMMANDS
from chromolens.errors import BadInput


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it could be answered, 2 if what was asked makes no sense.

    1 if shard and track differ, or the study failed to show what it had to; of a study that is
    checked or run 1 for any mistake, as Snakemake has it.
    """
    options, more = _parser().parse_known_args(arguments)
    try:
        if more and not hasattr(options, "snakemake"):
            _parser().error(f"unrecognized arguments: {' '.join(more)}")
        options.snakemake = more
        answer, code = options.answer(options)
    except BadInput as error:
        print(error, file=sys.stderr)
        return options.refused
    if answer:
        print(answer)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chromolens",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"chromolens {__version__}")
    parser.set_defaults(refused=2)
    commands = parser.add_subparsers(dest="command", required=True)
    for module in COMMANDS:
        name = module.__name__.rsplit(".", 1)[1]
        help = (module.__doc__ or "").splitlines()[0]
        module.add(commands.add_parser(name, help=help, allow_abbrev=False))
    return parser


if __name__ == "__main__":
    sys.exit(main())
