"""The choice of TensorFlow's kernels, and what is said of it."""

import os
import subprocess
import sys

import pytest

from chromolens import kernels
from chromolens.models import devices

ASK = "import chromolens, chromolens.models.devices as d; print(d.describe()['kernels'])"


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "found"), [(None, "oneDNN"), ("1", "oneDNN"), ("0", "Eigen")])
def test_onednn_is_chosen_unless_the_user_says_otherwise(setting, found):
    environment = {key: value for key, value in os.environ.items() if key != kernels.SWITCH}
    environment |= {kernels.SWITCH: setting} if setting else {}
    answer = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=environment
    )
    assert answer.stdout.split()[-1] == found


FIRST = """
import os, sys, chromolens
chromolens.load_model
os.write(2, b"E0000 a real error\\n")
print(chromolens.kernels.LEVEL in os.environ, "tensorflow" in sys.modules)
"""


@pytest.mark.slow
def test_tensorflow_starts_without_a_word_and_errors_are_still_seen():
    environment = {key: value for key, value in os.environ.items() if key != kernels.LEVEL}
    answer = subprocess.run(
        [sys.executable, "-c", FIRST], capture_output=True, text=True, check=True, env=environment
    )
    assert answer.stdout == "False True\n"  # processes started from there are quiet too
    assert answer.stderr == "E0000 a real error\n"


EXTRAS = """
import gc, sys
from types import SimpleNamespace
snakemake = SimpleNamespace(log=[sys.argv[1]])
import chromolens.runlog
collected = gc.isenabled()
import keras
early = {"sklearn", "matplotlib"} & set(sys.modules)
import matplotlib, sklearn
chromolens.runlog.log_to(sys.argv[1])
with open(sys.argv[2], "w") as file:
    print(collected, early, gc.isenabled(), file=file)
"""


@pytest.mark.slow
def test_keras_starts_without_extras_in_jobs_which_can_use_them(tmp_path):
    log, said = tmp_path / "log", tmp_path / "said"
    subprocess.run([sys.executable, "-c", EXTRAS, log, said], check=True)
    assert said.read_text() == "False set() True\n"


def test_what_is_no_greeting_is_passed_on(capfd, monkeypatch):
    monkeypatch.delenv(kernels.LEVEL, raising=False)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    with pytest.raises(ImportError), kernels.calm():
        os.write(2, b"I0000 00:00:1796 port.cc:153] oneDNN custom operations are on\n")
        os.write(2, b"libcudnn.so.9: cannot open shared object file\n")
        raise ImportError
    assert capfd.readouterr().err == "libcudnn.so.9: cannot open shared object file\n"


def test_a_machine_is_described_by_what_bits_hang_on(monkeypatch):
    monkeypatch.setenv(kernels.LIMIT, "AVX2")
    facts = devices.describe()
    assert facts["processor"] and facts["instructions"].endswith("limited to AVX2")
    missing = set(kernels.DECISIVE) - set(facts)
    assert missing == {"batch_size"}  # which is known to the job, not to the machine


def test_unlike_runs_are_counted_in_words():
    old, new = {"processor": "A", "kernels": "Eigen"}, {"processor": "B", "kernels": "oneDNN"}
    assert kernels.unlike([]) == kernels.unlike([old, dict(old)]) == ""
    assert kernels.unlike([old, {**old, "keras": "3.1"}]) == ""
    said = kernels.unlike([old, new, new])
    assert said == "1 on processor A, kernels Eigen; 2 on processor B, kernels oneDNN"
