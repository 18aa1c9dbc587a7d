"""HTCondor's bindings as far as the executor needs them to describe a job; nothing runs."""

import json
import os
from enum import Enum
from pathlib import Path

JobEventLog = object
JobEventType = JobAction = Enum("Names", ["Remove"])


class Submit(dict):
    """The description of a job."""

    def issue_credentials(self) -> None:
        """No credentials are needed."""


class Schedd:
    """A scheduler that keeps descriptions and takes no job."""

    def submit(self, description: Submit) -> None:
        """Keep the description in a file, and refuse the job."""
        jobs = Path(os.environ["PRETENDED"], "jobs")
        jobs.mkdir(exist_ok=True)
        Path(jobs, str(len(list(jobs.iterdir())) + 1)).write_text(json.dumps(description))
        raise RuntimeError("this HTCondor takes no jobs")
