"""What reading genotypes costs: time and memory of each kind of file, by samples and markers.

    python -m benchmarks.genotypes --samples 500 2000 --markers 5000 50000

The files are made first, in a folder that is removed. Each is read in a process of its own, whose
largest memory is what is printed; time is the process's, not the wall's. Calls are 0, 1, 2 and
2 in 10,000 missing; ``dosages`` are three decimals.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from bed_reader import to_bed

from chromolens.inputs.genotypes import write_store

ROOT = Path(__file__).parent.parent
FORMAT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="call">'
FILES = {"table": "g.tsv", "dosages": "d.tsv", "vcf": "g.vcf", "plink": "g.bed"}


def make(folder: Path, samples: int, markers: int) -> None:
    """Write one random matrix as every kind of file, and dosages."""
    rng = np.random.default_rng(0)
    calls = rng.integers(0, 3, (samples, markers)).astype(np.int8)
    calls[rng.random(calls.shape) < 2e-4] = -1
    ids, people = [f"m{i}" for i in range(markers)], [f"s{i}" for i in range(samples)]
    places = [(ids[i], str(1 + 20 * i // markers), 1 + i) for i in range(markers)]
    lines = ["marker\tchrom\tpos", *("\t".join(map(str, place)) for place in places)]
    (folder / "markers.tsv").write_text("\n".join(lines))
    known = np.array([f"{i / 1000:.3f}" for i in range(2001)], dtype=object)
    words = {"g.tsv": np.array(["0", "1", "2", "NA"], dtype=object), "d.tsv": known}
    for name, texts in words.items():
        with open(folder / name, "w") as file:
            file.write("\t".join(["sample", *ids]) + "\n")
            for person, row in zip(people, calls, strict=True):
                chosen = row if name == "g.tsv" else rng.integers(0, len(texts), markers)
                file.write("\t".join([person, *texts[chosen]]) + "\n")
    words = np.array(["0/0", "0/1", "1/1", "./."], dtype=object)
    with open(folder / "g.vcf", "w") as file:
        contigs = [f"##contig=<ID={i}>" for i in range(1, 21)]
        fixed = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".split()
        head = ["##fileformat=VCFv4.2", FORMAT, *contigs, "\t".join([*fixed, *people])]
        file.write("\n".join(head) + "\n")
        for (name, chrom, position), row in zip(places, calls.T, strict=True):
            cells = [chrom, str(position), name, *"AG...", "GT", *words[row]]
            file.write("\t".join(cells) + "\n")
    properties = {"iid": people, "sid": ids, "chromosome": [place[1] for place in places]}
    properties["bp_position"] = [place[2] for place in places]
    to_bed(folder / "g.bed", np.where(calls < 0, -127, calls).astype(np.int8), properties)


def read(folder: Path, name: str) -> None:
    """Read one of the files, and print what that took."""
    table = {"markers": str(folder / "markers.tsv")} if name.endswith(".tsv") else {}
    start = time.process_time()
    write_store(folder / "store" / "genotypes.h5", genotypes=str(folder / name), **table)
    # Linux's own high-water mark: getrusage's begins with that of the process that started this
    status = Path("/proc/self/status").read_text()
    largest = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    print(f"{time.process_time() - start:.1f} s, {largest:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=int, nargs="+", default=[500, 2000])
    parser.add_argument("--markers", type=int, nargs="+", default=[5000, 50_000])
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        return read(Path(given.read[0]), given.read[1])
    for samples in given.samples:
        for markers in given.markers:
            with tempfile.TemporaryDirectory() as folder:
                make(Path(folder), samples, markers)
                for kind, name in FILES.items():
                    module = [sys.executable, "-m", "benchmarks.genotypes"]
                    command = [*module, "--read", folder, name]
                    answer = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
                    print(samples, markers, kind, answer.stdout or answer.stderr, end="")


if __name__ == "__main__":
    main()
