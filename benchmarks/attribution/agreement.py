"""The same contributions from chromolens and from other packages.

For each model, method and package: the largest difference of contributions, relative to the
largest contribution, and the largest gap to completeness of either, relative to the largest
effect. A package that is wrong by itself (its own gap is large) is shown all the same.
"""

import bench
import numpy as np

from chromolens.attribution import front
from chromolens.errors import BadInput

# job of peers.py: (our method, its references, settings)
JOBS = {
    "tangermeme": ("deeplift_rescale", "own", {}),
    "captum": ("deeplift_rescale", "own", {}),
    "captum_apart": ("deeplift_rescale", "own", {}),
    "shap": ("deeplift_rescale", "own", {}),
    "captum_ig": ("integrated_gradients", "uniform", {"steps": 50}),
}


def row_of(case: bench.Case, peers: bench.Peers, job: str) -> dict:
    """One comparison."""
    method, references, settings = JOBS[job]
    row = {"model": case.name, "method": method, "origin": job}
    size = case.references[..., 0, 0].size if references == "own" else len(case.inputs)
    references = case.references if references == "own" else references
    options = {"method": method, "references": references, "batch_size": size, **settings}
    try:
        ours = front.attribute(case.model, case.inputs, **options)
    except BadInput:
        return {**row, "difference": "no rule", "our_gap": "", "its_gap": ""}
    answer = peers.ask(case, job)
    if isinstance(answer, str):
        return {**row, "difference": answer, "our_gap": "", "its_gap": ""}
    theirs = peers.result(case, job)
    effect = ours.values - ours.reference_values
    scale, largest = np.abs(ours.contributions).max(), np.abs(effect).max()
    return {
        **row,
        "difference": f"{np.abs(ours.contributions - theirs).max() / scale:.1e}",
        "our_gap": f"{np.abs(ours.completeness_error).max() / largest:.1e}",
        "its_gap": f"{np.abs(theirs.sum(axis=1) - effect).max() / largest:.1e}",
    }


def main() -> None:
    """Compare, print, write."""
    given = bench.parser(__doc__).parse_args()
    if given.peers is None:
        raise SystemExit("agreement.py: --peers PYTHON is needed (see README.md)")
    bench.one_thread()
    cases = [bench.Case(name) for name in given.models]
    peers = bench.Peers(given.peers, cases)
    bench.show([row_of(case, peers, job) for case in cases for job in JOBS], given.output)
    peers.close()


if __name__ == "__main__":
    main()
