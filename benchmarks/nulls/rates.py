"""How often nulls, and a positive control of equal size, name a motif: over many seeds.

The controls, and the rules of training, explaining and naming, are those of
config/studies/yeast_nulls.yaml, on fewer positives. Each seed draws the positives, the folds and
the first weights anew. A run goes on where it was stopped: what its table holds is not made again.
"""

import argparse
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import yaml

from benchmarks.nulls.readings import cpu, readings
from benchmarks.nulls.summary import summary
from chromolens import config as configuration
from chromolens.provenance import commit
from chromolens.runlog import logger, progress

STUDY = Path(__file__).parents[2] / "config/studies/yeast_nulls.yaml"
PATIENCE = 5
COLUMNS = (
    "seed control reading positives auroc windows motifs named names support cpu_seconds commit"
).split()


def study(positives: int, epochs: int, sis_windows: int) -> dict:
    """The study's completed config, cut to what twenty seeds can afford."""
    config = configuration.complete(yaml.safe_load(STUDY.read_text()), [str(STUDY)])
    for model in config["models"].values():
        model["max_positives"] = positives
    config["training"] |= {"epochs": epochs, "patience": PATIENCE}
    config["sis"] |= {"windows": sis_windows, "method": "gradient"}
    return config


def done(table: Path) -> set[tuple[int, str]]:
    """Seed and control of what ``table`` holds already."""
    if not table.exists():
        return set()
    rows = pd.read_table(table)
    return set(zip(rows["seed"], rows["control"], strict=True))


def run(config: dict, data: Path, seeds: int, table: Path) -> None:
    """Append to ``table`` what it lacks of ``seeds`` seeds, two rows a control."""
    # TensorFlow: in this process only, so that the other may run TF-MoDISco
    from benchmarks.nulls import controls
    from chromolens.models import devices

    devices.configure(threads=1)
    asked = [(seed, name) for seed in range(1, seeds + 1) for name in config["models"]]
    left = [pair for pair in asked if pair not in done(table)]
    tasks = {model["tasks"][0] for model in config["models"].values()} if left else ()
    windows = {task: controls.prepared(config, data, task) for task in tasks}
    made_by = commit()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        for seed, name in progress(left, total=len(left), what="controls"):
            start, task = cpu(), config["models"][name]["tasks"][0]
            with tempfile.TemporaryDirectory() as folder:
                place = (seed, Path(folder))
                facts = controls.make_control(
                    config, name, windows[task], controls.fasta_of(data), *place
                )
                rows, elsewhere = other.submit(readings, config, task, *place).result()
            facts |= {"seed": seed, "control": name, "commit": made_by}
            facts["cpu_seconds"] = round(cpu() - start + elsewhere, 1)
            append(table, [row | facts for row in rows])


def append(table: Path, rows: list[dict]) -> None:
    """Add ``rows`` in one write, so that a killed run leaves none of a control or all."""
    text = pd.DataFrame(rows)[COLUMNS].to_csv(sep="\t", index=False, header=not table.exists())
    with open(table, "a") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder of yeast_genome and yeast_chipexo")
    parser.add_argument("--table", type=Path, default=Path("benchmarks/results/nulls.tsv"))
    parser.add_argument("--seeds", type=int, default=20, help="how many, from 1")
    parser.add_argument("--positives", type=int, default=300, help="of each control")
    parser.add_argument("--epochs", type=int, default=20, help="at most")
    parser.add_argument("--sis-windows", type=int, default=60)
    parser.add_argument("--summary", action="store_true", help="only sum up what the table holds")
    chosen = parser.parse_args()
    if not chosen.summary:
        if chosen.data is None:
            parser.error("--data is needed to train")
        chosen.table.parent.mkdir(parents=True, exist_ok=True)
        logger.setLevel("WARNING")
        config = study(chosen.positives, chosen.epochs, chosen.sis_windows)
        run(config, chosen.data, chosen.seeds, chosen.table)
    print(summary(pd.read_table(chosen.table, keep_default_na=False)))


if __name__ == "__main__":
    main()
