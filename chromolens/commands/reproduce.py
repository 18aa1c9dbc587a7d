"""Run a finished study again in a new folder, and compare its results with the first run's."""

import argparse
import json
import sys
from pathlib import Path

from chromolens.commands import run
from chromolens.commands.compare import compared
from chromolens.errors import BadInput


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("provenance", help="the study's provenance.json, or its folder")
    help = "folder for the new run; an interrupted run in it continues"
    parser.add_argument("--into", required=True, help=help)
    parser.add_argument("--cores", help="number of cores to use; all if not given")
    help = "a profile in the folder profiles, or the path of your own"
    parser.add_argument("--profile", default="default", help=help)
    parser.set_defaults(answer=_answer, snakemake=[])


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.reproduce.conditions import conditions

    known, study = read(options.provenance)
    changed = conditions(known, study)
    print(
        f"not as it was:\n{changed.to_string(index=False)}\n"
        if len(changed)
        else "code, versions and inputs are as they were\n",
        flush=True,
    )
    into = Path(options.into).resolve()
    if into == study.parents[1]:
        raise BadInput(
            "the new run would be the old one", where=str(into), remedy="name another folder"
        )
    into.mkdir(parents=True, exist_ok=True)
    config = into / "config.json"
    config.write_text(json.dumps(known["config"], indent=1))
    options.config = [str(config)]
    options.snakemake = ["--directory", str(into), *options.snakemake]
    code = run.call(run.snakemake(options, options.profile), {})
    if code:
        print("the new run failed: nothing to compare", file=sys.stderr)
        return "", code
    return compared(str(study), str(into / study.relative_to(study.parents[1])))


def read(path: str | Path) -> tuple[dict, Path]:
    """A study's provenance and its folder; BadInput for what is none."""
    file = Path(path).resolve()
    file = file / "provenance.json" if file.is_dir() else file
    try:
        known = json.loads(file.read_text())
        missing = {"config", "inputs", "packages"} - set(known)
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(
            f"no provenance can be read: {error}",
            expected="provenance.json of a finished study, or its folder",
            where=str(file),
        ) from error
    if missing:
        raise BadInput(f"the provenance has no {', '.join(sorted(missing))}", where=str(file))
    return known, file.parent
