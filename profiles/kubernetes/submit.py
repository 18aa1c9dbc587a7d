#!/usr/bin/env python3
"""Submit a job script of Snakemake as a Kubernetes job, with kubectl; print the job's name.

    submit.py SCRIPT

The script lies on the volume, below the folder of the run; its second line says what the job is.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

MARK = "# properties = "


def manifest(script: Path) -> dict:
    """The job that runs ``script`` in this folder; it is tried once, as Snakemake tries again."""
    lines = script.read_text().splitlines()
    told = json.loads(next(line for line in lines if line.startswith(MARK))[len(MARK) :])
    rule, asked = told.get("rule") or told["groupid"], told["resources"]
    claim, folder = asked["volume"].split(":")
    memory = f"{asked['mem_mb']}M"
    limits = {"memory": memory} | ({"nvidia.com/gpu": asked["gpu"]} if asked["gpu"] else {})
    container = {
        "name": "job",
        "image": asked["image"],
        "command": ["/bin/sh", str(script.resolve())],
        "workingDir": os.getcwd(),
        "resources": {"requests": {"cpu": told["threads"], "memory": memory}, "limits": limits},
        "volumeMounts": [{"name": "study", "mountPath": folder}],
    }
    pod = {
        "restartPolicy": "Never",
        # of the pod: a job's would count while it waits for a node
        "activeDeadlineSeconds": 60 * asked["runtime"],
        # between SIGTERM and SIGKILL: what is at work is finished and kept
        "terminationGracePeriodSeconds": 60,
        "containers": [container],
        "volumes": [{"name": "study", "persistentVolumeClaim": {"claimName": claim}}],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "generateName": f"{rule.replace('_', '-')}-",
            "labels": {"app": "chromolens"},
        },
        "spec": {
            "backoffLimit": 0,
            "ttlSecondsAfterFinished": 24 * 60 * 60,
            "template": {"spec": pod},
        },
    }


def main() -> None:
    """Submit the script that is named."""
    if shutil.which("kubectl") is None:
        sys.exit(
            "there is no command 'kubectl' here, with which jobs are submitted\n"
            "what to do: put it into the image, or start the run in a pod that has it"
        )
    job = json.dumps(manifest(Path(sys.argv[1])))
    command = ["kubectl", "create", "--filename", "-", "--output", "jsonpath={.metadata.name}"]
    print(subprocess.run(command, input=job, text=True, check=True, stdout=subprocess.PIPE).stdout)


if __name__ == "__main__":
    main()
