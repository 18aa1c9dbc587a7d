"""Write the contributions of a profile model in chrombpnet's file formats."""

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    parser.add_argument("model", help="name of the model in the config")
    parser.add_argument("signal", help="the signal whose profile and counts were explained")
    parser.add_argument("method", help="name of the attribution method")
    parser.add_argument("prefix", help="where to write: PREFIX.counts_scores.h5 and so on")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.export import chrombpnet

    asked = (options.study, options.model, options.signal, options.method, options.prefix)
    count = chrombpnet(*asked)
    return (
        f"{count:,} windows: {options.prefix}.interpreted_regions.bed, and of each head "
        "_scores.h5, _scores.bw and _scores.stats.txt"
    ), 0
