"""A conda channel whose packages are links into the environment that runs the tests.

A solver sees the names, versions and dependencies of the lock file's packages; what it installs
is what is installed here already. So environments are made in seconds, without a download.
"""

import asyncio
import io
import json
import sys
import sysconfig
import tarfile
from importlib.metadata import Distribution, distributions
from pathlib import Path

import rattler.index
from environments import locked, normal
from packaging.requirements import Requirement

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
SITE = f"lib/python{VERSION}/site-packages"
HERE = Path(sysconfig.get_path("purelib"))


def build(folder: Path) -> None:
    """Write the channel to ``folder``."""
    platform = folder / "linux-64"
    platform.mkdir(parents=True)
    write_python(platform)
    wanted = locked().keys() | {"pip"}
    found = {normal(one.name): one for one in distributions(path=[str(HERE)])}
    kept = {name: one for name, one in found.items() if name in wanted}
    tops = [top for one in kept.values() for top in {first(file) for file in installed(one)}]
    shared = {top for top in tops if tops.count(top) > 1}
    for name, one in kept.items():
        depends = [f"python {VERSION}.*", *dependencies(one, kept.keys())]
        files = {Path(*file.parts[: 1 + (first(file) in shared)]) for file in installed(one)}
        links = {f"{SITE}/{file}": str(HERE / file) for file in files}
        write_package(platform, name, one.version, depends, links)
    asyncio.run(rattler.index.index_fs(folder))


def first(file: Path) -> str:
    """The entry of site-packages that a file lies in."""
    return file.parts[0]


def installed(one: Distribution) -> list[Path]:
    """A distribution's files below site-packages."""
    return [Path(file) for file in one.files if first(file) not in ("..", "__pycache__")]


def dependencies(one: Distribution, known: set[str]) -> list[str]:
    """What a distribution requires here, in conda's words."""
    needed = map(Requirement, one.requires or [])
    return [
        f"{normal(need.name)} {need.specifier}".strip()
        for need in needed
        if normal(need.name) in known
        and (need.marker is None or need.marker.evaluate({"extra": ""}))
    ]


def write_python(platform: Path) -> None:
    """The package of the interpreter itself: an environment without site-packages of the host."""
    executable = Path(sys.base_prefix, f"bin/python{VERSION}")
    names = ("python", "python3", f"python{VERSION}")
    home = f"home = {executable.parent}\ninclude-system-site-packages = false\n"
    write_package(
        platform,
        "python",
        ".".join(map(str, sys.version_info[:3])),
        [],
        {f"bin/{name}": str(executable) for name in names},
        {"pyvenv.cfg": home},
    )


def write_package(
    platform: Path,
    name: str,
    version: str,
    depends: list[str],
    links: dict[str, str],
    texts: dict[str, str] | None = None,
) -> None:
    """One package: links (by the path in an environment) and small texts."""
    texts = texts or {}
    about = {"name": name, "version": version, "build": "0", "build_number": 0}
    about |= {"depends": depends, "subdir": "linux-64"}
    kinds = dict.fromkeys(links, "softlink") | dict.fromkeys(texts, "hardlink")
    paths = [{"_path": path, "path_type": kind} for path, kind in sorted(kinds.items())]
    texts = texts | {
        "info/index.json": json.dumps(about),
        "info/paths.json": json.dumps({"paths": paths, "paths_version": 1}),
    }
    with tarfile.open(platform / f"{name}-{version}-0.tar.bz2", "w:bz2") as archive:
        for path, text in texts.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
        for path, target in links.items():
            entry = tarfile.TarInfo(path)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
