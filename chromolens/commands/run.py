"""Run a study with Snakemake. The exit status is 1 if it fails or a floor is not met."""

import argparse
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chromolens.checks.acceptance import failed
from chromolens.config_file import read_config_file
from chromolens.console.found import ENDED
from chromolens.console.stages import TARGETS
from chromolens.errors import BadInput, nearest
from chromolens.planning.machine.cluster import check_executor
from chromolens.runlog import CONSOLE, VERBOSE
from chromolens.study import open_study

ROOT = Path(__file__).parents[2]
"""The checkout: the package stands beside the Snakefile."""

_CONFIGS = (".yaml", ".yml", ".json")
_OWN_CORES = ("executor", "cores", "jobs")


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_study(parser)
    help = "a profile in the folder profiles (slurm, gpu-workstation), or the path of your own"
    parser.add_argument("--profile", default="default", help=help)
    help = "show all messages of Snakemake, TensorFlow and the jobs"
    parser.add_argument("--verbose", action="store_true", help=help)
    parser.set_defaults(answer=_answer)


def add_study(parser: argparse.ArgumentParser) -> None:
    """Arguments that say which study is meant; other options are Snakemake's."""
    help = "config files (later ones replace keys); then targets and options of Snakemake"
    parser.add_argument("config", nargs="+", help=help)
    parser.add_argument("--cores", help="number of cores to use; all if not given")
    parser.set_defaults(snakemake=[], refused=1)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    command = snakemake(options, options.profile)
    print(shlex.join(command), file=sys.stderr, flush=True)
    environment = {CONSOLE: VERBOSE} if options.verbose else {}
    with tempfile.TemporaryDirectory() as folder:
        ended = Path(folder, "ended")
        code = call(command, {ENDED: str(ended), **environment})
        complete = code == 0 and ended.exists()
        study = open_study(ended.read_text()) if complete else None
    missed = study is not None and len(failed(study.table("acceptance")))
    return "", code or int(bool(missed))


def snakemake(options: argparse.Namespace, profile: str = "default") -> list[str]:
    """The command that runs the study that ``options`` mean; BadInput for what can't be read."""
    snakefile, folder = _snakefile(), _profile(profile)
    configs, targets = _configs(options.config)
    for path in configs:
        read_config_file(path)
    _check_targets(targets)
    stated = read_config_file(folder / "config.yaml")
    check_executor(stated.get("executor", "local"), str(folder / "config.yaml"))
    command = [sys.executable, "-m", "snakemake", *targets, "--snakefile", str(snakefile)]
    command += ["--configfile", *configs, "--logger", "chromolens"]
    command += ["--workflow-profile", str(folder)]
    if options.cores or not set(_OWN_CORES) & set(stated):
        command += ["--cores", options.cores or "all"]
    return [*command, *options.snakemake]


def call(command: Sequence[str], environment: dict[str, str]) -> int:
    """The exit status of ``command``; Ctrl-C is its own matter."""
    process = subprocess.Popen(command, env=os.environ | environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # it was told, too: it ends its jobs first


def _profile(name: str) -> Path:
    """The folder of a profile, of the checkout or the user's own; BadInput if there is none."""
    shipped = ROOT / "profiles"
    for folder in (shipped / name, Path(name)):
        if (folder / "config.yaml").is_file():
            return folder
    known = sorted(path.name for path in shipped.glob("*/"))
    raise BadInput(
        f"there is no profile {name!r}{nearest(name, known)}",
        expected=f"one of {', '.join(known)}, or a folder that holds a config.yaml",
    )


def _configs(given: Sequence[str]) -> tuple[list[str], list[str]]:
    """Config files and targets: the first is a config, others by how they end."""
    first, *rest = given
    configs = [first, *(path for path in rest if path.endswith(_CONFIGS))]
    return configs, [path for path in rest if not path.endswith(_CONFIGS)]


def _check_targets(targets: Sequence[str]) -> None:
    """BadInput for a word that is no rule: Snakemake takes it for a file that nothing makes."""
    files = [ROOT / "Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    rules = [name for path in files for name in re.findall(r"(?m)^rule (\w+):", path.read_text())]
    for target in targets:
        if "/" not in target and target not in rules:
            raise BadInput(
                f"there is no target {target!r}{nearest(target, rules)}",
                expected=f"{', '.join(TARGETS)}, another rule of workflow/rules, or a file below "
                "results/STUDY",
            )


def _snakefile() -> Path:
    path = ROOT / "Snakefile"
    if not path.is_file():
        raise BadInput(
            "this chromolens is a library without its workflow: there is no Snakefile beside it",
            where=str(ROOT),
            remedy="get the repository (git clone) and run make env in it: that makes "
            ".venv/bin/chromolens, which can be started from any folder",
        )
    if importlib.util.find_spec("snakemake") is None:
        raise BadInput(
            "Snakemake is not installed in this environment",
            where=sys.prefix,
            remedy="make env in the repository, or pip install -r requirements.lock",
        )
    return path
