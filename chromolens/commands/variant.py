"""Predict the effect of one variant with the models of a finished study."""

import argparse
import json

from chromolens.kernels import calm


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("study", help="the study's folder, results/STUDY")
    parser.add_argument("variant", help="chrom:position:ref:alt; positions count from 1")
    parser.add_argument("--model", default="", help="one model only")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    with calm():
        from chromolens.explain import describe
        from chromolens.models import devices
        from chromolens.variants.one import one_variant

    devices.configure()  # one thread, as the workflow's jobs on CPUs have
    answers = one_variant(options.study, options.variant, model=options.model)
    return (json.dumps(answers, indent=1) if options.json else describe(answers)), 0
