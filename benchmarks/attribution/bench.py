"""What ``speed.py`` and ``agreement.py`` share: threads, data of a model, the peers' server."""

import chromolens.kernels  # noqa: F401, isort: skip (before anybody imports TensorFlow)
import argparse
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp

import models
import numpy as np
import tensorflow as tf

from chromolens.models import devices
from chromolens.models.model import Model

REFERENCES = 20


@dataclass(frozen=True)
class Case:
    """One network: 2 inputs with 20 references each, and the same 40 pairs one by one."""

    name: str

    @cached_property
    def model(self) -> Model:
        """As chromolens wraps it."""
        return Model.of(models.MODELS[self.name]())

    @cached_property
    def inputs(self) -> np.ndarray:
        """float32 (2, length, 4)."""
        return models.sequences(2, self.model.length, seed=1)

    @cached_property
    def references(self) -> np.ndarray:
        """float32 (2, 20, length, 4)."""
        flat = models.sequences(2 * REFERENCES, self.model.length, seed=2)
        return flat.reshape(2, REFERENCES, *flat.shape[1:])

    def export(self, folder: Path) -> None:
        """What the server reads."""
        models.export(self.model.network, folder / f"{self.name}.npz")
        data = {"inputs": self.inputs, "references": self.references}
        np.savez(folder / f"{self.name}_data.npz", **data)


class Peers:
    """The server of ``peers.py`` under another interpreter."""

    def __init__(self, python: Path, cases: list[Case]):
        self.folder = Path(mkdtemp())
        for case in cases:
            case.export(self.folder)
        command = [python, Path(__file__).with_name("peers.py"), self.folder]
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, case: Case, job: str) -> float | str:
        """CPU seconds of one run, or what went wrong."""
        self.process.stdin.write(f"{case.name} {job}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        return answer if answer.startswith("error") or not answer else float(answer)

    def result(self, case: Case, job: str) -> np.ndarray:
        """What the last run of the job gave: (n, length)."""
        return np.load(self.folder / f"{case.name}_{job}.npy")

    def close(self) -> None:
        """End the server."""
        self.process.stdin.close()
        self.process.wait()


def parser(description: str) -> argparse.ArgumentParser:
    """Options of both programs."""
    shape = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser(description=description, formatter_class=shape)
    made.add_argument("--models", nargs="+", default=list(models.MODELS), choices=models.MODELS)
    made.add_argument("--peers", type=Path, help="python of peers-requirements.txt")
    made.add_argument("--output", type=Path, help="TSV to write")
    return made


def one_thread() -> None:
    """TensorFlow on one thread, so that CPU time is the time of the work."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def show(rows: list[dict], output: Path | None) -> None:
    """Print ``rows`` as a table; write them as TSV."""
    lines = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    print(devices.machine())
    if output:
        output.write_text("".join("\t".join(line) + "\n" for line in lines))
