"""chromolens: train sequence models, explain them base by base, say how far to believe it.

The front door, for notebooks and scripts. Its names are imported at first use, so that planning a
study never waits for TensorFlow.

==========================  ==================================================================
``load_model``, ``Model``   a saved network, of chromolens or of somebody else
``open_inputs``             a study's windows: sequences, labels, folds
``open_study``              what a study found: tables, tracks, motifs, hits, networks by name
``attribute``               contributions of every base to one task's target (``Result``)
``attribute_tasks``         the same for several tasks, or for each input its own
``audit``                   where in the input a network looks, trained and untrained (``Audit``)
``target_values``           the target itself
``sufficient_subsets``      sufficient input subsets
``compare_models``          two models by each other's sufficient subsets (``Comparison``)
``BadInput``                what is raised wherever something given can't be right
==========================  ==================================================================
"""

from importlib import import_module

from chromolens import kernels

kernels.choose()  # here, as it must happen before anybody imports TensorFlow

__version__ = "0.1.0"

_HOMES = {
    "Audit": "chromolens.checks.audit",
    "BadInput": "chromolens.errors",
    "Comparison": "chromolens.checks.two_models",
    "Model": "chromolens.models.model",
    "Result": "chromolens.attribution.result",
    "attribute": "chromolens.attribution.front",
    "audit": "chromolens.checks.audit",
    "attribute_tasks": "chromolens.attribution.front",
    "compare_models": "chromolens.checks.two_models",
    "load_model": "chromolens.models.model",
    "open_inputs": "chromolens.inputs.batches",
    "sufficient_subsets": "chromolens.sis.front",
    "target_values": "chromolens.models.targets",
    "open_study": "chromolens.study",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'chromolens' has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found  # asked once
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
