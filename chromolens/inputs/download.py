"""Files by URL: from a mirror folder where one is named, else from the network; checksum verified.

Studies share what they fetched: one fetches a file, others that want it wait.

The environment variable ``CHROMOLENS_MIRROR`` names a folder laid out as host/path. Where it is
set, it takes the place of the network altogether.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chromolens.errors import BadInput
from chromolens.runlog import atomic, locked, logger

MIRROR = "CHROMOLENS_MIRROR"
_SCHEMES = ("http", "https", "ftp")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?")
_RETRIES = 3
_BLOCK = 1 << 20


def is_url(text: str) -> bool:
    """Whether ``text`` has the form of a URL (of any scheme), rather than of a path."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", str(text)) is not None


def mirror_path(url: str) -> Path | None:
    """Where ``url`` stands in the mirror (host/path below it), or None if no mirror is set.

    BadInput for a URL that isn't http, https or ftp or whose path leads elsewhere (``..``), and
    for a mirror that isn't a folder. Doesn't ask whether the file is there.
    """
    place = _host_and_path(url)
    folder = os.environ.get(MIRROR)
    if not folder:
        return None
    if not Path(folder).is_dir():
        raise BadInput(
            f"the mirror {folder} is not a folder",
            where=f"environment variable {MIRROR}",
            remedy="name the folder that holds host/path, or unset it to use the network",
        )
    return Path(folder, *place)


def fetch(url: str, path: str | Path, sha256: str = "", md5: str = "") -> Path:
    """Bring the file at ``url`` to ``path`` and return that path.

    Written whole or not at all. BadInput where the file can't be had, or where a checksum (hex)
    that is stated isn't that of the file.
    """
    copy = mirror_path(url)
    with atomic(path) as new:
        if copy is None:
            _download(url, new)
        else:
            _copy(url, copy, new)
        _check(new, {"sha256": sha256, "md5": md5}, f"{url} (from {copy})" if copy else url)
    return Path(path)


def fetch_shared(
    url: str, folder: str | Path, link: str | Path, sha256: str = "", md5: str = ""
) -> Path:
    """Have the file at ``url`` below ``folder`` (host/path) and make ``link`` a link to it.

    It is fetched unless it is there with the right checksums. Another process that fetches it is
    waited for.
    """
    file, link = Path(folder, url_path(url)), Path(link)
    lock = file.with_name(f".{file.name}.lock")
    with locked(lock, lambda holder: _wait(file, holder)):
        if not file.is_file() or _wrong(file, {"sha256": sha256, "md5": md5}):
            fetch(url, file, sha256, md5)
        lock.unlink(missing_ok=True)
    with atomic(link) as new:
        new.symlink_to(os.path.relpath(file, link.parent))
    return link


def _wait(file: Path, holder: str) -> None:
    logger.info("another run fetches %s: %s; this one waits until it is there", file, holder)


def url_path(url: str) -> str:
    """``host/path`` of a URL: where its file lies below a mirror, or a folder of downloads."""
    return "/".join(_host_and_path(url))


def _host_and_path(url: str) -> list[str]:
    parts = urlsplit(url)
    steps = unquote(parts.path).split("/")[1:]
    steps[-1:] = [f"{step}?{parts.query}" if parts.query else step for step in steps[-1:]]
    if parts.scheme not in _SCHEMES or not _HOST.fullmatch(parts.netloc):
        raise BadInput(
            f"{url} is not a URL that can be fetched",
            expected=f"{', '.join(_SCHEMES)}, a plain host name and a path",
            remedy="files on this machine are given as paths",
        )
    if not steps or any(
        step in ("", ".", "..") or re.search(r"[\\/\x00]", step) for step in steps
    ):
        raise BadInput(
            f"{url} doesn't name a file",
            expected="a path without '.', '..' or empty steps, such as https://host/folder/file",
        )
    return [parts.netloc, *steps]


def check_mirror(url: str) -> None:
    """BadInput where a mirror is set and lacks the file at ``url``."""
    copy = mirror_path(url)
    if copy is not None:
        _check_copy(url, copy)


def _check_copy(url: str, copy: Path) -> None:
    if not copy.is_file():
        raise BadInput(
            f"{url} is not in the mirror",
            expected=f"the file {copy}",
            where=f"environment variable {MIRROR}={os.environ[MIRROR]}",
            remedy=f"put the file there, or unset {MIRROR} to use the network",
        )


def _copy(url: str, copy: Path, path: Path) -> None:
    _check_copy(url, copy)
    with open(copy, "rb") as source, open(path, "wb") as out:
        while block := source.read(_BLOCK):
            out.write(block)


def _download(url: str, path: Path) -> None:
    """Through pooch: it retries, shows a bar and leaves no half file behind."""
    import pooch
    from requests.exceptions import RequestException

    folder = Path(f"{path}.folder")  # pooch's own temporary file goes with it
    registry = pooch.create(
        path=folder,
        base_url="",
        registry={path.name: None},
        urls={path.name: url},
        retry_if_failed=_RETRIES,
    )
    downloader = pooch.core.choose_downloader(url, progressbar=True)
    try:
        os.replace(registry.fetch(path.name, downloader=downloader), path)
    except (OSError, RequestException) as error:
        raise BadInput(
            f"{url} can't be fetched: {error}",
            remedy="check the address and the network; on a machine without one, set "
            f"{MIRROR} to a folder that holds the file as host/path",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    os.umask(mask := os.umask(0))
    path.chmod(0o666 & ~mask)  # pooch's file is for its owner only


def _check(path: Path, stated: Mapping[str, str], where: str) -> None:
    for name, found in _wrong(path, stated).items():
        raise BadInput(
            f"wrong file: its {name} is {found}",
            expected=stated[name],
            where=where,
            remedy="fetch it again if it was cut short; if its publisher changed it, look at what "
            "changed before you put the new checksum into the config",
        )


def _wrong(path: Path, stated: Mapping[str, str]) -> dict[str, str]:
    """The checksums of a file, by name, that aren't as ``stated`` (empty: not stated)."""
    found = {name: _digest(path, name) for name, value in stated.items() if value}
    return {name: value for name, value in found.items() if value != stated[name].lower()}


def _digest(path: Path, name: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, name).hexdigest()
