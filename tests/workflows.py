"""Running whole studies, each in a process forked from one that has imported Snakemake already."""

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from subprocess import CompletedProcess

ROOT = Path(__file__).parents[1]
SMALL = [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml"]
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["snakemake.cli", "chromolens.planning.preflight"])


def snakemake(folder: Path, *arguments: object, **environment: str) -> CompletedProcess:
    """Run ``python -m snakemake`` on our Snakefile in ``folder``; ``stdout`` has both streams."""
    command = ["--snakefile", ROOT / "Snakefile", *arguments]
    with tempfile.NamedTemporaryFile("r") as said:
        given = (folder, list(map(str, command)), os.environ | environment, said.name)
        process = FORKED.Process(target=_main, args=given)
        process.start()
        process.join()
        return CompletedProcess(command, process.exitcode, said.read())


def _main(folder: Path, arguments: list[str], environment: dict[str, str], said: str) -> None:
    from snakemake.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(said, os.O_WRONLY | os.O_APPEND), stream.fileno())
    main(arguments)


def run_snakemake(folder: Path, configs: list[Path], *arguments: str, **environment: str) -> str:
    """Run Snakemake on ``configs`` with results below ``folder``; it must succeed."""
    options = ["--directory", folder, "--cores", "2", "--configfile", *configs, *arguments]
    ran = snakemake(folder, *options, **environment)
    assert ran.returncode == 0, ran.stdout[-6000:]
    return ran.stdout
