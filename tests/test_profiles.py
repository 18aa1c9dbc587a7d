"""Profiles of clusters: what they say alike, and what is refused before a job is sent."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from chromolens.errors import BadInput
from chromolens.planning.machine import cluster

ROOT = Path(__file__).parents[1]
PROFILES = {path.parent.name: path for path in (ROOT / "profiles").glob("*/config.yaml")}
CLUSTERS = sorted(PROFILES.keys() - {"default", "gpu-workstation"})
WITH_GPU = {
    "slurm": {"slurm_partition": "gpu", "gpu": 1},
    "sge": {"options": "'-l gpu=1'"},
    "pbs": {"options": "':ngpus=1'"},
    "lsf": {"lsf_queue": "gpu", "lsf_extra": "'-gpu num=1'"},
    "htcondor": {"request_gpus": 1},
    "kubernetes": {"gpu": 1},
}
RULES = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))


def profile(name: str) -> dict:
    return yaml.safe_load(PROFILES[name].read_text())


def stated() -> dict[str, dict[str, int]]:
    """Memory and time that rules state themselves."""
    found = re.findall(r"^rule (\w+):\n((?:(?!^rule |^use rule ).*\n?)*)", RULES, re.M)
    amounts = {
        rule: re.findall(r"(mem_mb|runtime)=cluster\.growing\((\d+)\)", body)
        for rule, body in found
    }
    return {rule: {key: int(n) for key, n in pairs} for rule, pairs in amounts.items() if pairs}


def test_resources_grow_with_the_attempts():
    resource = cluster.growing(4000)
    assert [resource(None, attempt=attempt) for attempt in (1, 2, 3)] == [4000, 8000, 12000]
    assert not re.search(r"(mem_mb|runtime)=\d", RULES)
    assert len(stated()) > 20


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_profile_retries_and_triggers_as_the_others(name):
    keys = ("jobs", "retries", "rerun-incomplete", "rerun-triggers", "keep-going")
    said, slurm = profile(name), profile("slurm")
    assert [said[key] for key in keys] == [slurm[key] for key in keys]
    assert "retries:" not in RULES


@pytest.mark.parametrize("name", CLUSTERS)
def test_the_same_rules_get_a_gpu(name):
    asked = WITH_GPU[name]
    gets = {
        rule
        for rule, resources in profile(name)["set-resources"].items()
        if asked.items() <= resources.items()
    }
    workstation = profile("gpu-workstation")["set-resources"]
    assert gets == workstation.keys() - {"evaluate"}
    assert all(re.search(rf"^(use )?rule .*\b{rule}:", RULES, re.M) for rule in gets)


def test_condors_jobs_ask_for_at_least_what_their_rules_state():
    said = profile("htcondor")
    amount = re.compile(r"(\d+) \* attempt")
    for rule, amounts in stated().items():
        asked = said["default-resources"] | said["set-resources"].get(rule, {})
        memory, seconds = (
            int(amount.fullmatch(asked[key]).group(1))
            for key in ("request_memory", "allowed_execute_duration")
        )
        assert memory >= amounts.get("mem_mb", 0), rule
        assert seconds >= 60 * amounts.get("runtime", 0), rule


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Write commands into a folder that is all of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(**scripts: str) -> None:
        for name, text in scripts.items():
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)

    return write


def check(name: str) -> None:
    said = profile(name)
    settings = SimpleNamespace(submit_cmd=said.get("cluster-generic-submit-cmd"))
    cluster.check_scheduler(said["executor"], settings)


@pytest.mark.parametrize(
    ("name", "command"), [("slurm", "sbatch"), ("lsf", "bsub"), ("sge", "qsub"), ("pbs", "qsub")]
)
def test_a_machine_without_the_scheduler_is_refused(commands, name, command):
    with pytest.raises(BadInput, match=f"(?s)no command '{command}'.*login node"):
        check(name)
    commands(**dict.fromkeys((command, "sinfo", "bqueues"), "#!/bin/bash\n"))
    check(name)


def test_a_scheduler_that_does_not_answer_is_named(commands):
    down = "#!/bin/bash\necho 'Unable to contact slurm controller' >&2\nexit 1\n"
    commands(sbatch=down, sinfo=down)
    with pytest.raises(BadInput, match="(?s)does not answer: Unable to contact slurm controller"):
        check("slurm")
    commands(sinfo="#!/no/such/shell\n")
    with pytest.raises(BadInput, match="(?s)does not answer: .*sinfo"):
        check("slurm")


def test_an_executor_that_is_not_installed_is_named():
    with pytest.raises(BadInput, match="pip install snakemake-executor-plugin-grid-of-ours"):
        cluster.check_executor("grid-of-ours", "there")
    for executor in ("local", "slurm"):
        cluster.check_executor(executor, "there")


def test_one_machine_needs_no_scheduler(commands):
    cluster.check_scheduler("local", None)
