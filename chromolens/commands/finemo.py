"""Write the events' windows as Fi-NeMo reads them."""

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    for name in ("model", "task", "method", "folder"):
        parser.add_argument(name, help="to write to" if name == "folder" else "")
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
