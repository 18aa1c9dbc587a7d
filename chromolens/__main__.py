"""``chromolens COMMAND``: write, check and run a study, and read its results.

Before the run, ``init`` writes a config from your files, and ``check`` looks for mistakes in it.
``run`` runs the study with Snakemake, and ``status`` shows how far its jobs are.

After the run, ``show`` prints which criteria were met. ``explain`` says how the value of a track
at one base was made, and ``variant`` predicts the effect of one variant. ``serve`` lets a genome
browser on this machine read the tracks. ``finemo`` and ``export`` write files for other tools.

``reproduce`` repeats a finished study in another folder; ``compare`` compares any two runs.
``audit`` needs no study: it shows which positions of its input a network uses.

``chromolens COMMAND --help`` lists the arguments of a command.
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
        description=(__doc__ or "").replace("``", "`"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"chromolens {__version__}")
    parser.set_defaults(refused=2)
    commands = parser.add_subparsers(dest="command", required=True)
    for module in COMMANDS:
        name = module.__name__.rsplit(".", 1)[1]
        help = (module.__doc__ or "").strip()
        module.add(commands.add_parser(name, help=help, description=help, allow_abbrev=False))
    return parser


if __name__ == "__main__":
    sys.exit(main())
