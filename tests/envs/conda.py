"""What Snakemake asks of the command ``conda``, with a real solver over one local channel.

CHANNEL is the channel's folder, CONDA_ROOT the folder of this command. What stands below ``pip:``
is solved with the rest, over the same channel: pip itself would download it, and where it replaced
a package it would delete files through the links.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import rattler
import yaml
from environments import normal


async def create(environment: Path, prefix: Path) -> None:
    """Solve an environment's file, and make it at ``prefix``."""
    parts = yaml.safe_load(environment.read_text())["dependencies"]
    specs = [part for part in parts if isinstance(part, str)]
    for line in next(part["pip"] for part in parts if isinstance(part, dict)):
        name, version = line.split("==")
        specs.append(f"{normal(name)} =={version}")
    records = await rattler.solve([Path(os.environ["CHANNEL"]).as_uri()], specs)
    await rattler.install(records, prefix, cache_dir=prefix.parent / "cache", show_progress=False)


def main(arguments: list[str]) -> None:
    """Answer as conda does."""
    match arguments:
        case ["--version"]:
            print("conda 25.1.0")
        case ["info", "--json"]:
            print(json.dumps({"conda_prefix": os.environ["CONDA_ROOT"], "platform": "linux-64"}))
        case ["config", "--get", "channel_priority", "--json"]:
            print(json.dumps({"get": {"channel_priority": "strict"}}))
        case ["env", "create", "--quiet", "--no-default-packages", "--file", file, "--prefix", to]:
            asyncio.run(create(Path(file), Path(to)))
        case ["clean", "-y", "--tarballs"]:
            pass
        case _:
            sys.exit(f"this conda does not know {arguments}")


main(sys.argv[1:])
sys.stdout.flush()
os._exit(0)  # the solver's threads sometimes crash the interpreter while it shuts down
