"""Write a profile network's contributions as chrombpnet does."""

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    parser.add_argument("model")
    parser.add_argument("signal", help="whose profile and counts were explained")
    parser.add_argument("method")
    parser.add_argument("prefix", help="of the files: PREFIX.counts_scores.h5, ...")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.export import chrombpnet

    asked = (options.study, options.model, options.signal, options.method, options.prefix)
    count = chrombpnet(*asked)
    return (
        f"{count:,} windows: {options.prefix}.interpreted_regions.bed, and of each head "
        "_scores.h5, _scores.bw and _scores.stats.txt"
    ), 0
