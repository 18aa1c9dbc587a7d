"""Write the explained windows in the format that Fi-NeMo reads."""

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    for name in ("model", "task", "method"):
        parser.add_argument(name, help=f"name of the {name}")
    parser.add_argument("folder", help="where to write")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.export import finemo

    track, motifs = finemo(
        options.study, options.model, options.task, options.method, options.folder
    )
    text = (
        f"regions of {track} in {options.folder}; with finemo installed:\n"
        f"finemo call-hits -M pp -r {options.folder}/regions.npz -m {motifs} -o HITS"
    )
    return text, 0
