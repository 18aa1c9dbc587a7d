"""What the user's own files hold, so that nothing is done again for a new time stamp alone.

Snakemake goes by times. A file that was copied or touched is newer, though nothing changed; one
that was replaced by an older copy is not. So rules take the user's files whatever their time,
and have the digests of their contents among their parameters.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from chromolens.provenance import file_digest
from chromolens.runlog import atomic


class OwnFiles:
    """The files that no job makes.

    Parameters
    ----------
    made
        Folders of files that jobs make: those go by their times.
    ancient
        Snakemake's mark of an input whose time says nothing.
    known
        File that keeps digests, so that a file is read once however often a study is planned.
    """

    def __init__(self, made: Sequence[str], ancient: Callable[[str], str], known: str | Path):
        self._made = tuple(f"{folder}/" for folder in made)
        self._ancient, self._known = ancient, Path(known)

    def inputs(self, paths: Sequence[str]) -> list[str]:
        """``paths`` as a rule's input."""
        return [self._ancient(path) if self._is_own(path) else path for path in paths]

    def digests(self, paths: Sequence[str]) -> dict[str, str]:
        """sha256 of those of ``paths`` that are the user's and there: a rule's parameter."""
        known = json.loads(self._known.read_text()) if self._known.is_file() else {}
        found = {}
        for path in filter(self._is_own, paths):
            state = _state(Path(path))
            if state and known.get(path, [None])[0] != state:
                known[path] = [state, file_digest(path)]
                self._known.parent.mkdir(parents=True, exist_ok=True)
                with atomic(self._known) as temporary:
                    temporary.write_text(json.dumps(known))
            if state:
                found[path] = known[path][1]
        return found

    def _is_own(self, path: str) -> bool:
        return not path.startswith(self._made)


def _state(path: Path) -> list[list[int]]:
    """What changes with the content of a file, or of a folder's files; empty if it isn't there."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    stats = [file.stat() for file in files if file.exists()]
    # the time of the last change of the inode can't be set back, as that of the content can
    return [[s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino] for s in stats]
