"""Check a study before it runs: all that can be known without computing, and what it comes to."""

import argparse
import shlex

from chromolens.commands.run import add_study, call, snakemake


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_study(parser)
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    code = call([*snakemake(options), "--dry-run"], {})
    command = shlex.join(["chromolens", "run", *options.config])
    return ("" if code else f"nothing speaks against it: {command}"), code
