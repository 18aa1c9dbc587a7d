"""Where a study's files are: downloaded, simulated, or the user's own.

Every folder is an argument. Nothing is opened here but a sample sheet.
"""

import os
from pathlib import Path

import pandas as pd

from chromolens import genome, plugins
from chromolens import inputs as kinds
from chromolens.config import is_file
from chromolens.errors import BadInput
from chromolens.inputs import download
from chromolens.planning.samples import read_samples

_RECORDS = (
    "fasta",
    "labels",
    "table",
    "folder",
    "peaks",
    "splits",
)  # files of a source of sequences or texts
_OBSERVED = ("peaks", "signals", "exclude", "traits", "covariate_table")
_SOURCE_IN_PREPARE = {"genome": "fasta", "genotypes": "store"}  # name of its argument
_SIMULATED_TASK = "bound"
_CROSS = ("genotypes", "markers", "traits")  # files of a simulated cross
_FROM_THE_STUDY = ("ppms", "seed")  # arguments of `simulate` that the config doesn't give


def downloads(config: dict) -> pd.DataFrame:
    """One row per file that comes from a URL: path (host/path), url, sha256, md5, is_meme."""
    found, motifs = [], []
    _walk(config["motifs"], motifs)
    _walk(config["inputs"], found)
    _walk(config["models"], found)
    _walk(config["attribution"], found)
    _walk(config["variants"], found)
    _walk(config["checks"], motifs)
    rows = [
        (
            download.url_path(f["url"]),
            f["url"],
            f.get("sha256", ""),
            f.get("md5", ""),
            f in motifs,
        )
        for f in [*motifs, *found]
    ]
    columns = ["path", "url", "sha256", "md5", "is_meme"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates("path")


def localise(value: object, folder: str) -> object:
    """``value`` with every ``{url, sha256}`` replaced by its path below ``folder``."""
    if is_file(value):
        return f"{folder}/{download.url_path(value['url'])}"
    if isinstance(value, dict):
        return {key: localise(part, folder) for key, part in value.items()}
    if isinstance(value, list):
        return [localise(part, folder) for part in value]
    return value


def inputs(config: dict, downloaded: str, simulated: str) -> dict:
    """Settings of ``inputs``, all files local, the sample sheet read.

    ``downloaded`` and ``simulated`` are the folders of files that jobs will make.
    """
    settings = localise(config["inputs"], downloaded)
    if settings.get("simulate"):
        _check_simulation(settings["simulate"])
        task = settings["simulate"].get("task", _SIMULATED_TASK)
        settings["fasta"] = f"{simulated}/genome.fa"
        settings["peaks"] = {task: f"{simulated}/peaks.bed"}
    if settings["kind"] == "genotypes":
        settings |= _of_a_cross(settings, simulated)
    if settings["kind"] == "sequences":
        settings["sequences"] = [*_made_records(settings, simulated), *settings["sequences"]]
    if settings.get("samples"):
        settings |= read_samples(settings["samples"])
    return settings


def at_hand(path: str, downloaded: str) -> str:
    """Where the file at ``path`` can be read before any job, in the mirror perhaps; else empty.

    ``downloaded`` is the folder of files that jobs will download.
    """
    mirror = os.environ.get(download.MIRROR)
    if os.path.exists(path) or not mirror or not path.startswith(f"{downloaded}/"):
        return path if os.path.exists(path) else ""
    copy = os.path.join(mirror, path.removeprefix(f"{downloaded}/"))
    return copy if os.path.exists(copy) else ""


def prepared(settings: dict, folder: str) -> list[str]:
    """The file, if there is one, that windows are read from: prepared by a job in ``folder``."""
    name = plugins.constant(kinds, settings["kind"], "SOURCE", "")
    return [f"{folder}/{name}"] if name else []


def files(*values: object) -> list[str]:
    """Every path in nests of lists and dicts whose texts are all paths; once, sorted."""
    found: list[str] = []
    for value in values:
        _leaves(value, found)
    return sorted(set(found))


def observations(settings: dict) -> list[str]:
    """Every file but the genome that the windows and labels are made from."""
    records = [
        [s.get(key) for key in _RECORDS]
        for s in settings.get("sequences", settings.get("texts", []))
    ]
    return files(records, [settings.get(key) for key in _OBSERVED])


def genotypes(settings: dict) -> list[str]:
    """The files of genotypes that ``inputs.genotypes.write_store`` reads."""
    return files([settings.get(key) for key in ("genotypes", "markers", "bim", "fam")])


def store_settings(settings: dict) -> dict:
    """The settings that ``inputs.genotypes.write_store`` takes; none for other kinds."""
    file = plugins.sources(Path(kinds.__path__[0]))["genotypes"]
    taken = plugins.keywords(file, "write_store")
    return {key: settings[key] for key in taken if settings["kind"] == "genotypes"}


def database(config: dict, downloaded: str) -> dict:
    """Where names come from: ``{"meme": path}``, or a release of JASPAR."""
    chosen = localise(config["motifs"]["database"], downloaded)
    return {"meme": chosen["meme"]} if chosen["meme"] else {k: v for k, v in chosen.items() if v}


def per_task(settings: dict) -> dict[str, list[str]]:
    """The files that state what was observed for each task: its signals, else its peaks."""
    peaks, signals = settings.get("peaks", {}), settings.get("signals", {})
    kept = {t: {k: v for k, v in s.items() if k != "control"} for t, s in signals.items()}
    return {task: files(kept.get(task, peaks.get(task, []))) for task in [*peaks, *signals]}


def prepare_settings(settings: dict, prepared: list[str], seed: int) -> dict:
    """The settings that the kind's ``prepare`` takes, with the prepared genome in place."""
    taken = plugins.settings(kinds, settings["kind"])
    chosen = {key: value for key, value in settings.items() if key in taken}
    if prepared:
        chosen[_SOURCE_IN_PREPARE[settings["kind"]]] = prepared[0]
    chosen |= {key: chosen[key] or None for key in ("tile", "length") if key in chosen}
    return chosen | {"seed": seed}


def _of_a_cross(settings: dict, folder: str) -> dict:
    """Where genotypes, markers and traits are that a job simulates; BadInput without either."""
    made = "simulated" in settings
    stated = [key for key in _CROSS if settings[key]]
    if made and stated:
        raise BadInput(
            f"a simulated cross brings its own {stated[0]}",
            where=f"the config, inputs.{stated[0]}",
            remedy="leave out that, or `simulated`",
        )
    for key in ("genotypes", "traits"):
        if not (made or settings[key]):
            raise BadInput(
                f"the study has no {key}",
                expected=f"a file, {key}: FILE",
                where="the config, inputs",
                remedy="state it, or `simulated` for a simulated cross",
            )
    return {key: f"{folder}/{key}.tsv.gz" for key in _CROSS if made}


def _made_records(settings: dict, folder: str) -> list[dict]:
    """The sources of records that jobs simulate; BadInput where there are no sources at all."""
    given, where = settings["simulated"], "the config, inputs.simulated.words"
    for name, words in given["words"].items():
        plugins.check_one(name, list(given["classes"]), "class", where)
        if (longest := max(map(len, words))) > given["bases"]:
            raise BadInput(
                f"a word of {name} has {longest} letters, and a record {given['bases']} bases",
                expected="words that fit into a record",
                where=where,
            )
    made = [
        {"fasta": f"{folder}/{split}/{name}.fa", "class": name, "split": split}
        for split in given["records"]
        for name in given["classes"]
    ]
    if _plants(given["planted"]):
        made += [
            {
                "table": f"{folder}/records/{split}.tsv.gz",
                "tasks": list(given["planted"]["tasks"]),
                "split": split,
            }
            for split in given["records"]
        ]
    if not (made or settings["sequences"]):
        raise BadInput(
            "the study has no sequences",
            expected="a source or more",
            where="the config, inputs.sequences",
        )
    return made


def _plants(planted: dict) -> bool:
    """Whether motifs are planted; BadInput where only half of what that takes is stated."""
    stated = [key for key in ("meme", "tasks") if planted[key]]
    if len(stated) == 1:
        raise BadInput(
            f"inputs.simulated.planted has {stated[0]} only",
            expected="meme, a file of motifs, and tasks, which say which motifs make a positive",
            where="the config, inputs.simulated.planted",
        )
    return bool(stated)


def _check_simulation(given: dict) -> None:
    file, where = Path(genome.__path__[0], "simulate.py"), "the config, inputs.simulate"
    own = [key for key in plugins.keywords(file, "simulate") if key not in _FROM_THE_STUDY]
    for key in given:
        plugins.check_one(key, [*own, "motifs"], "setting of simulate", where)
    needed = [key for key in plugins.required_keywords(file, "simulate") if key in own]
    absent = [key for key in [*needed, "motifs"] if key not in given]
    if absent:
        raise BadInput(
            f"the simulation lacks {', '.join(absent)}",
            where=where,
            remedy="see config/config.yaml for an example",
        )


def _walk(value: object, found: list[dict]) -> None:
    if is_file(value):
        found.append(value)
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _walk(part, found)


def _leaves(value: object, found: list[str]) -> None:
    """Collect the strings of a nest of lists and of dicts."""
    if isinstance(value, str):
        found += [value] if value else []
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _leaves(part, found)
