"""CPU time of attribution, beside a plain gradient and other packages.

Jobs are run in turns, round by round, each on one thread; the smallest CPU time of each counts,
which is the least disturbed by whatever else the machine does. ``ratio`` is to ``against``; for a
peer it says how many times longer than ours the peer takes. ``flops`` is the least arithmetic
the job needs (a pass forward or back of one row: two per weight and position) over its time and
over the rate of a 2048 x 2048 float32 matrix product, measured in the same rounds.
"""

import resource
import time
from collections.abc import Callable

import bench
import keras
import models
import numpy as np
import tensorflow as tf

from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.model import Model

SIZE = 2048
PAIRS = 2 * bench.REFERENCES
# job: (job that it is compared with, goal)
OURS = {
    "deepshap_20": ("gradient", "<= 1.2"),
    "deeplift_shared_reference": ("gradient", "<= 1.15"),
    "deeplift_own_reference": ("gradient", "<= 1.8"),
    "integrated_gradients_50": ("gradient", ""),
}
GOALS = {
    ("basset", "tangermeme"): ">= 3",
    ("bpnet", "tangermeme"): ">= 2.2",
    ("basset", "captum_ig"): ">= 1.4",
    ("bpnet", "captum_ig"): ">= 1.25",
    ("basset", "ism_brute_force"): ">= 10",
    ("cnn_bilstm", "deepshap_20"): "<= 1.3",
}
PEERS = {
    "gradient": "gradient",
    "tangermeme": "deepshap_20",
    "captum": "deepshap_20",
    "shap": "deepshap_20",
    "captum_ig": "integrated_gradients_50",
}
# Passes of one row, forward or back, that a job can't do without.
PASSES = {
    "gradient": 2 * PAIRS,
    "deepshap_20": 2 * PAIRS + 2,
    "deeplift_shared_reference": 2 * PAIRS + 1,
    "deeplift_own_reference": 3 * PAIRS,
    "integrated_gradients_50": 2 * 2 * 50,
}


def our_jobs(case: bench.Case) -> dict[str, Callable]:
    """Everything that is timed of ours, by name."""
    flat = case.references.reshape(PAIRS, *case.inputs.shape[1:])
    partners = models.sequences(PAIRS, case.model.length, seed=3)
    gradient = plain_gradient(case.model)
    tensor = tf.constant(flat)

    def ask(inputs: np.ndarray, method: str, references: object, **settings: object) -> Callable:
        options = {"method": method, "references": references, "batch_size": PAIRS, **settings}
        return lambda: front.attribute(case.model, inputs, **options)

    return {
        "gradient": lambda: gradient(tensor),
        "deepshap_20": ask(case.inputs, "deeplift_rescale", case.references),
        "deeplift_shared_reference": ask(flat, "deeplift_rescale", "uniform"),
        "deeplift_own_reference": ask(flat, "deeplift_rescale", partners[:, None]),
        "integrated_gradients_50": ask(
            case.inputs, "integrated_gradients", "uniform", steps=50, batch_size=2
        ),
    }


def plain_gradient(model: Model) -> Callable:
    """The gradient of the logit as anybody would write it."""

    @tf.function
    def gradient(inputs: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            total = tf.reduce_sum(model.logits(inputs, training=False))
        return tape.gradient(total, inputs)

    return gradient


def ism_jobs(case: bench.Case) -> dict[str, Callable]:
    """Every substitution in one sequence: the method, and each mutant as a forward pass."""
    one = case.inputs[:1]
    values = tf.function(lambda x: case.model.logits(x, training=False))

    def brute_force() -> None:
        length = one.shape[1]
        for first in range(0, length, 100):
            mutants = np.repeat(one, 300, axis=0)
            for row, (place, base) in enumerate(np.ndindex(100, 3)):
                mutants[row, first + place] = np.roll(one[0, first + place], base + 1)
            values(tf.constant(mutants))

    def method() -> None:
        front.attribute(case.model, one, method="ism", references="uniform", batch_size=1)

    return {"ism": method, "ism_brute_force": brute_force}


def flops(network: keras.Model) -> float:
    """Two per weight and position of the dense and convolution layers, forward, one row."""
    total = 0.0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense | keras.layers.Conv1D):
            positions = np.prod(layer.output.shape[1:-1], dtype=float)
            total += 2 * positions * np.prod(layer.kernel.shape)
        elif isinstance(layer, keras.layers.Bidirectional):
            steps = layer.output.shape[1]
            total += sum(2 * steps * np.prod(w.shape) for w in layer.weights if w.ndim == 2)
    return total


def product() -> Callable:
    """The matrix product that stands for the machine's limit."""
    square = tf.random.normal([SIZE, SIZE])
    multiply = tf.function(lambda values: tf.matmul(values, values))
    return lambda: multiply(square)


def cpu_seconds(job: Callable) -> float:
    """CPU time of this process during ``job``."""
    start = time.process_time()
    job()
    return time.process_time() - start


def measured(jobs: dict, rounds: int) -> dict[str, dict]:
    """First and best CPU seconds of each job; what is refused is missing."""
    found = {}
    for name, job in jobs.items():
        try:
            found[name] = {"first": job(), "best": np.inf}
        except BadInput:
            print(f"{name}: no rule")
    for _ in range(rounds):
        for name in found:
            found[name]["best"] = min(found[name]["best"], jobs[name]())
    return found


def jobs_of(case: bench.Case, peers: bench.Peers | None, ism: bool) -> dict[str, Callable]:
    """Name -> function that does the job and hands back its CPU seconds."""
    ours = {**our_jobs(case), **(ism_jobs(case) if ism else {}), "matrix_product": product()}
    jobs = {name: lambda job=job: cpu_seconds(job) for name, job in ours.items()}
    for job in PEERS if peers else ():
        jobs[f"peer {job}"] = lambda job=job: peer_seconds(peers, case, job)
    return jobs


def peer_seconds(peers: bench.Peers, case: bench.Case, job: str) -> float:
    """CPU seconds of a peer; NaN where it fails."""
    answer = peers.ask(case, job)
    return answer if isinstance(answer, float) else np.nan


def rows_of(case: bench.Case, found: dict[str, dict]) -> list[dict]:
    """One row for each job."""
    rate = 2 * SIZE**3 / found["matrix_product"]["best"]
    forward = flops(case.model.network)
    rows = []
    for name, times in found.items():
        against, ratio, goal = compared(case.name, name, found)
        needed = PASSES.get(name, 0) * forward
        rows.append(
            {
                "model": case.name,
                "job": name,
                "ms": f"{1e3 * times['best']:.1f}",
                "first_s": f"{times['first']:.1f}",
                "against": against,
                "ratio": ratio,
                "goal": goal,
                "flops": f"{needed / times['best'] / rate:.2f}" if needed else "",
            }
        )
    return rows


def compared(model: str, name: str, found: dict[str, dict]) -> tuple[str, str, str]:
    """What a job is compared with, the ratio and its goal."""
    job = name.removeprefix("peer ")
    if name in OURS:
        against, goal = OURS[name]
    elif name != job:
        against, goal = PEERS[job], ""
    else:
        against, goal = ("ism", "") if name == "ism_brute_force" else ("", "")
    if against not in found:
        return "", "", ""
    ratio = found[name]["best"] / found[against]["best"]
    return against, f"{ratio:.2f}", GOALS.get((model, job), goal)


def main() -> None:
    """Measure, print, write."""
    options = bench.parser(__doc__)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--ism", action="store_true", help="in-silico mutagenesis too (slow)")
    given = options.parse_args()
    bench.one_thread()
    cases = [bench.Case(name) for name in given.models]
    peers = bench.Peers(given.peers, cases) if given.peers else None
    rows = []
    for case in cases:
        rows += rows_of(case, measured(jobs_of(case, peers, given.ism), given.rounds))
    bench.show(rows, given.output)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")
    if peers:
        peers.close()


if __name__ == "__main__":
    main()
