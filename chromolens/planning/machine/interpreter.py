"""Paths that Snakemake and bash can read.

Snakemake writes the interpreter's path unquoted into the commands of its jobs. In an environment
below a folder ``First Last`` or ``it's mine`` every job would end in a syntax error of bash's. So
such an environment is started by a link to it that has none of these characters.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from chromolens.errors import BadInput

_PLAIN = re.compile(r"[\w./+@%:,=-]+")


def plain(executable: str) -> str:
    """``executable`` itself, or the same by a link to its environment; BadInput if neither can be.

    Links lie in the user's cache (which the nodes of a cluster share), or else in the folder for
    temporary files, and are named by what they point to.
    """
    if _PLAIN.fullmatch(executable):
        return executable
    program = Path(executable)
    environment = program.parents[1]
    name = f"env-{hashlib.sha256(os.fsencode(environment)).hexdigest()[:12]}"
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for folder in (caches / "chromolens", Path(tempfile.gettempdir())):
        link = folder / name
        if _PLAIN.fullmatch(str(link)) and _linked(link, environment):
            return str(link / program.relative_to(environment))
    raise BadInput(
        "the path of Python holds characters that bash reads as its own",
        expected="letters, digits and ./+@%:,=_-",
        where=executable,
        remedy="start Snakemake from an environment whose path has none of them, or set "
        "XDG_CACHE_HOME to a folder where a link to it may lie",
    )


def check_checkout(folder: str | Path) -> None:
    """BadInput where the path of the checkout has braces, in which Snakemake looks for names."""
    if set("{}") & set(str(folder)):
        raise BadInput(
            "the path of this checkout holds braces, which Snakemake takes for its own",
            where=str(folder),
            remedy="move it to a folder without { and }; results may lie below any folder",
        )


def check_prefix(prefix: str | None) -> None:
    """Raise BadInput where a workflow that uses this one as a module moves its paths."""
    if prefix:
        raise BadInput(
            f"the module has the prefix {prefix!r}, but its tables name files by whole paths",
            where="the Snakefile that uses chromolens as a module",
            remedy="leave the prefix out: all results lie below results/STUDY, so that studies "
            "are apart by their names; use rule * from chromolens as NAME_* keeps rules apart",
        )


def own_code_first(checkout: str | Path) -> None:
    """Let the jobs import the package of ``checkout``, whichever their environment has installed.

    What is installed, an editable checkout too, would come before the folder that Snakemake adds
    to a script's search path.
    """
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    own = str(checkout)
    kept = [path for path in others if path and path != own]
    os.environ["PYTHONPATH"] = os.pathsep.join([own, *kept])


def _linked(link: Path, environment: Path) -> bool:
    """Whether ``link`` now leads to ``environment``."""
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink() or link.readlink() != environment:
            new = link.with_name(f"{link.name}.{os.getpid()}")
            new.symlink_to(environment)
            os.replace(new, link)
    except OSError:
        return False
    return True
