"""Show which positions of its input a network uses, beside the same network before training."""

import argparse

from chromolens import tables
from chromolens.tables.checks import POSITIONS, PROFILE


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("model", help="file of the network: .keras, .h5, ...")
    help = "the inputs: an array (.npy), or FASTA (records of the right length, or a genome)"
    parser.add_argument("--inputs", required=True, help=help)
    parser.add_argument(
        "--regions", help="BED, for a genome: windows around its intervals' middles"
    )
    parser.add_argument("--layout", help="order of the input's axes, such as channels_length")
    parser.add_argument("--task", default="0", help="the task, by number or name")
    parser.add_argument("--method", default="gradient_x_input", help="attribution method")
    parser.add_argument("--target", default="logit", help="what is explained: logit, output, ...")
    parser.add_argument("--most", type=int, default=100, help="largest number of inputs")
    parser.add_argument("--draws", type=int, default=10, help="number of untrained networks")
    help = "how many positions count as the first and as the last: a share of all, or a number"
    parser.add_argument("--end", type=float, default=0.05, help=help)
    parser.add_argument("--seed", type=int, default=0, help="seed of all random choices")
    parser.add_argument("--table", help="write the numbers to this .tsv")
    parser.add_argument("--profile", help="write the profile to this .tsv, a row per position")
    parser.add_argument("--plot", help="write the figure to this .png or .svg")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    from chromolens.checks.audit import audit
    from chromolens.inputs.loose import opened
    from chromolens.models.model import load_model

    model = load_model(options.model, layout=options.layout)
    task = int(options.task) if options.task.isdecimal() else options.task
    asked = {name: getattr(options, name) for name in ("method", "target", "most", "draws", "end")}
    with opened(options.inputs, model.length, options.regions) as inputs:
        found = audit(model, inputs, task=task, seed=options.seed, **asked)
    if options.table:
        tables.write(POSITIONS, found.numbers, options.table, model=options.model)
    if options.profile:
        tables.write(PROFILE, found.profile, options.profile, model=options.model)
    if options.plot:
        found.plot(options.plot)
    return str(found), 0
