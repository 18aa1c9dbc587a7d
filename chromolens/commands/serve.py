"""Serve the tracks of a study to a genome browser on this machine."""

import argparse
from contextlib import suppress


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    parser.add_argument("--port", type=int, default=8000, help="port; 0: any free one")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.serve import server
    from chromolens.study import open_study

    study = open_study(options.study)
    page = study.relative(study.path("tracks_page"))
    with server(study.folder, options.port) as running:
        print(f"http://localhost:{running.server_port}/{page} (Ctrl+C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            running.serve_forever()
    return "", 0
