"""Run the studies that need no internet, one after the other, and write one page about them.

``config/studies.tsv`` lists them. One that takes long runs only where it is named. A study whose
data aren't there is skipped, and the page says what it lacks; one that was stopped goes on where
it was, one that is finished is only looked at.
"""

import argparse
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chromolens import plugins
from chromolens.report import overview

ROOT = Path(__file__).parents[1]
LISTED = ROOT / "config/studies.tsv"


def listed() -> pd.DataFrame:
    """The studies, in order: target, study, needs, long, discrepancies; all text."""
    return pd.read_table(LISTED, comment="#", dtype=str, keep_default_na=False)


def lacking(needs: str, data: Path) -> str:
    """What a study's ``needs``, folders below ``data`` with blanks between, lacks; or nothing."""
    missing = [name for name in needs.split() if not (data / name).exists()]
    return f"needs {', '.join(missing)} below {data}" if missing else ""


def run(target: str, study: str, data: Path, cores: str, results: Path) -> int:
    """Make ``target``, its output in ``results/studies/STUDY.log``; return the exit status.

    A row of ``results/studies/runs.tsv`` says how long it took.
    """
    folder = results / "studies"
    folder.mkdir(parents=True, exist_ok=True)
    command = ["make", target, f"DATA={data}", f"MIRROR={data / 'mirror'}", f"CORES={cores}"]
    start = time.monotonic()
    with open(folder / f"{study}.log", "a") as log:
        status = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log).returncode
    runs = folder / "runs.tsv"
    row = pd.DataFrame([{"study": study, "seconds": time.monotonic() - start, "status": status}])
    row.to_csv(runs, sep="\t", index=False, mode="a", header=not runs.exists())
    return status


def judged(row: Mapping[str, str], data: Path, results: Path) -> overview.Judged:
    """What is known of a listed study: its table, its wall time over all runs."""
    acceptance = results / row["study"] / "acceptance.tsv"
    log, runs = results / "studies" / f"{row['study']}.log", results / "studies/runs.tsv"
    seconds = pd.read_table(runs).groupby("study")["seconds"].sum() if runs.exists() else {}
    absent = ""
    if not acceptance.exists():
        stopped = f"it didn't come to its end: see {log}" if log.exists() else _unrun(row)
        absent = lacking(row["needs"], data) or stopped
    wall = float(seconds.get(row["study"], float("nan")))
    return overview.Judged(row["study"], row["discrepancies"], wall, absent, acceptance)


def _unrun(row: Mapping[str, str]) -> str:
    long = f"it takes long: make studies STUDIES={row['study']} runs it"
    return long if row["long"] else "it wasn't run"


def main() -> None:
    """Run what can run, write the page and the table, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with mirror, motifs, ...")
    parser.add_argument("--cores", default="all")
    parser.add_argument("--results", type=Path, default=ROOT / "results")
    parser.add_argument("--only", nargs="*", default=[], help="studies; all where none is named")
    parser.add_argument("--no-run", action="store_true", help="look at what is finished")
    given = parser.parse_args()
    studies, data = listed(), given.data.resolve()
    for name in given.only:
        plugins.check_one(name, list(studies["study"]), "study", str(LISTED))
    studies = studies[studies["study"].isin(given.only or studies["study"])]
    quick = studies[(studies["long"] == "") | studies["study"].isin(given.only)]
    for row in [] if given.no_run else quick.to_dict("records"):
        missing = lacking(row["needs"], data)
        print(f"{row['study']}: {f'skipped, {missing}' if missing else 'runs'}", flush=True)
        if not missing and run(row["target"], row["study"], data, given.cores, given.results):
            print(f"  failed: see {given.results}/studies/{row['study']}.log", flush=True)
    found = [judged(row, data, given.results) for row in studies.to_dict("records")]
    folder = given.results / "studies"
    folder.mkdir(parents=True, exist_ok=True)
    overview.table(found).to_csv(folder / "studies.tsv", sep="\t", index=False)
    overview.write(found, folder / "index.html")
    print(overview.table(found).to_string(index=False, max_colwidth=60))


if __name__ == "__main__":
    main()
