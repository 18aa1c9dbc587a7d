"""Damaged models: read in a process of their own, which they must not end.

``python test_damaged_models.py`` is that process: paths in, answers out.
"""

import io
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from damage import INPUTS, damaged, within

ROOT = Path(__file__).parents[2]
# the file of each kind that is damaged
KINDS = {
    "keras": "net.keras",
    "weights": "net.keras",
    "h5": "net.h5",
    "graph": "net/saved_model.pb",
    "variables": "net/variables/variables.data-00000-of-00001",
    "index": "net/variables/variables.index",
}
SLOW = ("h5", "variables", "index")  # read in a process of its own; the graph is read before them


class Apart:
    """A process that reads the models whose paths it is given; a new one where it has ended."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None

    def ask(self, path: Path) -> str:
        """``read``, ``refused``, what else went wrong, or nothing where the process ended."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
            )
            self.process.stdout.readline()
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    made = Apart()
    yield made
    if made.process is not None:
        made.process.kill()
        made.process.wait()


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A folder with a sound model in each form."""
    from test_models import Network, network, saved

    folder = tmp_path_factory.mktemp("whole")
    saved(folder / "net", Network())
    for name in ("net.keras", "net.h5"):
        network(folder / name)
    return folder


def spoilt(content: bytes, kind: str, draw: random.Random) -> bytes:
    """``content`` damaged; of ``weights`` in an archive that is sound itself."""
    if kind != "weights":
        return damaged(content, draw)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, damaged(part, draw) if name.endswith(".h5") else part)
    return made.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_models_are_refused_or_read_and_end_no_process(tmp_path, apart, whole, kind):
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    file, draw = tmp_path / KINDS[kind], random.Random(kind)
    path, content, answers = tmp_path / Path(KINDS[kind]).parts[0], file.read_bytes(), []
    assert apart.ask(path) == "read"
    for _ in range(-(-INPUTS // (200 if kind in SLOW else 40))):
        file.write_bytes(spoilt(content, kind, draw))
        within(lambda: answers.append(apart.ask(path)))
    assert set(answers) <= {"read", "refused"} and "refused" in answers


def answer() -> None:
    """Read each model whose path comes in."""
    from chromolens.errors import BadInput
    from chromolens.models.model import load_model

    print("ready", flush=True)
    for path in map(str.strip, sys.stdin):
        found = "read"
        try:
            load_model(path)
        except BadInput as error:
            found = "refused" if path in str(error) else f"unnamed: {error}"
        except Exception as error:  # what the test is about
            found = f"{type(error).__name__}: {error}"
        print(found.replace("\n", " "), flush=True)


if __name__ == "__main__":
    answer()
