"""A SLURM that knows ``--gres`` only: the profile with the one line changed as it says itself."""

import subprocess

import one_machine
import pytest
from underway import PROFILE, Underway

GRES = 'gres: "gpu:1"'


@pytest.fixture(scope="module", autouse=True)
def cluster():
    with one_machine.cluster("old"):
        yield


def test_this_slurm_refuses_gpus():
    asked = ["sbatch", "--partition=gpu", "--gpus=1", "--wrap=true"]
    refused = subprocess.run(asked, capture_output=True, text=True)
    assert refused.returncode and "GRES option unsupported" in refused.stderr, refused.stderr


def test_the_profile_runs_with_the_line_that_it_names(undisturbed, tmp_path):
    assert f"{GRES} in place of gpu: 1" in PROFILE.read_text()
    study = Underway(undisturbed, tmp_path / "study", {"slurm_partition": "gpu", "gres": "gpu:1"})
    study.start()
    status, said = study.end()
    assert status == 0, said[-5000:]
    ran = [job for job in study.jobs() if job["rule"] == "attribute"]
    asked = [(job["TresPerNode"], job["JobState"]) for job in ran]
    assert asked == [("gres:gpu:1", "COMPLETED")]
    assert not study.lost()
