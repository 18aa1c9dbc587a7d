"""Running commands and studies in processes forked from one that has imported the libraries.

Each has its own process, folder, environment, exit status and streams, as a user's has. The
seconds that Python, Snakemake and TensorFlow take to start are spent once.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CalledProcessError, CompletedProcess
from unittest import mock

ROOT = Path(__file__).parents[1]
SMALL = [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml"]
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(  # chromolens first: it chooses TensorFlow's kernels
    ["chromolens.planning.preflight", "snakemake.cli", "tensorflow", "keras", "numba"]
)
# A process that starts asks all others whether they have ended, and each can be asked once: of two
# threads that ask at a time the second would take its job for failed (255).
ONE_READS = threading.Lock()
# as Snakemake starts the jobs of one thread; libraries read it once
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "GOTO", "OPENBLAS", "MKL")}


def chromolens(folder: Path, *arguments: object) -> CompletedProcess:
    """Run ``python -m chromolens`` in ``folder``."""
    with ExitStack() as files:
        said = [files.enter_context(tempfile.NamedTemporaryFile("r")) for _ in range(2)]
        streams = tuple(file.name for file in said)
        # what a command starts finds the package, as it is installed for a user
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        code = _fork(_command, folder, environment, streams, list(map(str, arguments)))
        return CompletedProcess(arguments, code, *(file.read() for file in said))


def snakemake(
    folder: Path, *arguments: object, forks: bool = False, **environment: str
) -> CompletedProcess:
    """Run ``python -m snakemake`` on our Snakefile in ``folder``; ``stdout`` has both streams.

    With ``forks``, its jobs are forked too.
    """
    command = list(map(str, ["--snakefile", ROOT / "Snakefile", *arguments]))
    with tempfile.NamedTemporaryFile("r") as said:
        streams = (said.name, said.name)
        code = _fork(_snakemake, folder, os.environ | environment, streams, command, forks)
        return CompletedProcess(command, code, said.read())


def run_snakemake(
    folder: Path, configs: list[Path], *arguments: str, forks: bool = False, **environment: str
) -> str:
    """Run Snakemake on ``configs`` with results below ``folder``; it must succeed."""
    options = ["--directory", folder, "--cores", "2", "--configfile", *configs, *arguments]
    ran = snakemake(folder, *options, forks=forks, **environment)
    assert ran.returncode == 0, ran.stdout[-6000:]
    return ran.stdout


def _fork(work: Callable, *given: object) -> int | None:
    """Exit status of ``work`` in a process of its own."""
    with mock.patch.dict(os.environ, ONE_THREAD):
        forkserver.ensure_running()
    return _exit_status(_started(work, *given))


def _started(work: Callable, *given: object) -> BaseProcess:
    """A process that does ``work``."""
    process = FORKED.Process(target=work, args=given)
    with ONE_READS:
        process.start()
    return process


def _exit_status(process: BaseProcess) -> int | None:
    """Of ``process``, once it has ended."""
    wait([process.sentinel])
    with ONE_READS:
        process.join()
    return process.exitcode


def _enter(folder: Path | str, environment: dict[str, str], streams: tuple[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in zip((sys.stdout, sys.stderr), streams, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), stream.fileno())


def _command(
    folder: Path, environment: dict[str, str], streams: tuple[str, str], arguments: list[str]
) -> None:
    from chromolens.__main__ import main

    _enter(folder, environment, streams)
    sys.exit(main(arguments))


def _snakemake(
    folder: Path,
    environment: dict[str, str],
    streams: tuple[str, str],
    arguments: list[str],
    forks: bool,
) -> None:
    from snakemake.benchmark import benchmarked
    from snakemake.cli import main
    from snakemake.script import PythonScript

    _enter(folder, environment, streams)

    def forked(job: PythonScript, path: str, edit: bool = False) -> None:
        environment = os.environ | ONE_THREAD
        process = _started(_job, os.getcwd(), environment, streams, path)
        with benchmarked(process.pid, job.bench_record):
            status = _exit_status(process)
        if status:
            raise CalledProcessError(status, path)

    if forks:
        PythonScript.execute_script = forked
    main(arguments)


def _job(folder: str, environment: dict[str, str], streams: tuple[str, str], script: str) -> None:
    """Run ``script`` as Python does that has imported the libraries, but not chromolens.

    Nor TensorFlow, where the script is not about networks: such a job must do without.
    """
    assert "tensorflow" in sys.modules, "the server could not import it, and doesn't say why"
    _enter(folder, environment, streams)
    networks = "chromolens.models" in Path(script).read_text()
    anew = ("chromolens",) if networks else ("chromolens", "tensorflow", "keras")
    for name in [name for name in sys.modules if name.partition(".")[0] in anew]:
        del sys.modules[name]
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")
