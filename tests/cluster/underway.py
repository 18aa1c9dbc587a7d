"""A study whose shards are being explained on SLURM, to be disturbed, and what came of it."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

import disturbed
import psutil
import yaml
from one_machine import jobs
from workflows import ROOT

MORE = [str(ROOT / "tests/configs/disturbed.yaml")]
METHOD = "integrated_gradients"
TRACK = f"{disturbed.RESULTS}/tracks/small.main.bound.{METHOD}.bw"
SHARD, BASES = "chr2-0-30000", 30000
SCORES = f"{disturbed.RESULTS}/attribution/main/{METHOD}"
LOG = f"logs/small/attribute/main/{METHOD}/{SHARD}.log"
STRETCH = re.compile(rb'"stretch": \[0, \d+, (\d+)\]')
PATIENCE = 1800  # seconds: the machine may be busy
PROFILE = ROOT / "profiles/slurm/config.yaml"
IMPATIENT = {"jobs": 2, "latency-wait": 5, "slurm-init-seconds-before-status-checks": 5}
ON_CPU = {"slurm_partition": "cpu", "gpu": 0, "mem_mb": "1500 * attempt"}


class Underway:
    """A run of a copy of ``study`` that lacks a shard and its track, by the shipped profile.

    ``resources`` are those of the shard's job that are changed, ``options`` those of the profile.
    """

    def __init__(
        self,
        study: Path,
        folder: Path,
        resources: Mapping[str, object] = MappingProxyType({}),
        options: Mapping[str, object] = MappingProxyType({}),
    ):
        self.study, self.folder = study, folder
        shutil.copytree(study, folder, symlinks=True)
        for path in (TRACK, f"{SCORES}/{SHARD}.h5", LOG):
            (folder / path).unlink()
        self.known = len(jobs())
        self.environment: dict[str, str] = {}
        self.run: subprocess.Popen | None = None
        profile = yaml.safe_load(PROFILE.read_text()) | IMPATIENT | options
        known = profile["set-resources"]["attribute"]
        profile["set-resources"]["attribute"] = known | ON_CPU | resources
        (folder / "profile").mkdir()
        (folder / "profile/config.yaml").write_text(yaml.safe_dump(profile))

    def start(self, *arguments: str) -> None:
        """Start Snakemake on the track."""
        profile = ("--workflow-profile", str(self.folder / "profile"))
        command = disturbed.snakemake(self.folder, TRACK, *profile, *arguments, more=MORE)
        env = os.environ | self.environment
        with open(self.folder / "said", "w") as said:
            self.run = subprocess.Popen(
                command,
                cwd=self.folder,
                stdout=said,
                stderr=subprocess.STDOUT,
                env=env,
                preexec_fn=_hear_interrupts,
            )

    def end(self) -> tuple[int, str]:
        """The exit status of the run, and what it said."""
        try:
            self.run.wait(timeout=PATIENCE)
        finally:
            if self.run.poll() is None:
                self.run.terminate()
        return self.run.returncode, (self.folder / "said").read_text()

    def until(self, happened: Callable[[], object], what: str) -> object:
        """Wait for something, and give it."""
        begun = time.monotonic()
        while not (found := happened()):
            said = (self.folder / "said").read_text()[-3000:]
            assert time.monotonic() - begun < PATIENCE, f"{what} didn't happen:\n{said}"
            time.sleep(0.2)
        return found

    def share(self) -> float:
        """How much of the shard its journal holds."""
        path = self.folder / SCORES / f".{SHARD}.h5.partial"
        ends = STRETCH.findall(path.read_bytes()) if path.exists() else []
        return int(ends[-1]) / BASES if ends else 0

    def stop_in_the_middle(self) -> float:
        """Stop the shard's process once there is more to lose; how much there is."""
        before = self.share()
        self.until(lambda: self.share() > before, "another stretch")
        self.process().suspend()
        return self.share()

    def process(self) -> psutil.Process:
        """The one that explains the shard."""
        return self.until(self._processes, "the shard's process")[0]

    def _processes(self) -> list[psutil.Process]:
        found = []
        for one in psutil.process_iter(["cmdline"]):
            with suppress(psutil.Error):
                if "/.snakemake/scripts/" in " ".join(one.info["cmdline"] or ()):
                    if str(self.folder / LOG) in {file.path for file in one.open_files()}:
                        found.append(one)
        return found

    def go_on(self) -> None:
        """Let the shard's process work again, if it lives."""
        for one in self._processes():
            one.resume()

    def job(self) -> dict[str, str]:
        """SLURM's job that explains the shard now."""
        running = [one for one in self.jobs() if one["JobState"] == "RUNNING"]
        return next(one for one in running if SHARD in one["Comment"])

    def state_of(self, job: Mapping[str, str]) -> str:
        """What has become of SLURM's ``job``."""
        return next(one["JobState"] for one in self.jobs() if one["JobId"] == job["JobId"])

    def jobs(self) -> list[dict[str, str]]:
        """SLURM's jobs of this folder."""
        return [one for one in jobs()[self.known :] if str(self.folder) in one["StdOut"]]

    def resumed(self) -> int:
        """At what percentage the shard was resumed; 0 if it wasn't."""
        found = re.findall(rf"{SHARD}: resumed at (\d+) %", (self.folder / LOG).read_text())
        return int(found[0]) if found else 0

    def lost(self) -> list[str]:
        """Results that aren't those of the undisturbed study."""
        return disturbed.differences(self.folder, self.study)

    def run_twice(self) -> list[str]:
        """What SLURM completed more than once."""
        done = Counter(one["Comment"] for one in self.jobs() if one["JobState"] == "COMPLETED")
        return [job for job, number in done.items() if number > 1]


def _hear_interrupts() -> None:
    """What is started in the background, as tests may be, is deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def told_to_end(process: psutil.Process) -> bool:
    """Whether a stopped process has a SIGTERM waiting, or is gone."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except FileNotFoundError:
        return True
    pending = [int(bits, 16) for bits in re.findall(r"^(?:Sig|Shd)Pnd:\s*(\w+)$", status, re.M)]
    return any(bits >> (signal.SIGTERM - 1) & 1 for bits in pending)
