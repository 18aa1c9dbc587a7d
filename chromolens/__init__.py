"""chromolens: train sequence models, explain them base by base, and check the explanations.

The front door, for notebooks and scripts. Its names are imported at first use, so that planning a
study never waits for TensorFlow.

==========================  ==================================================================
``load_model``, ``Model``   a saved network, made by chromolens or elsewhere
``open_inputs``             a study's windows: sequences, labels, folds
``open_study``              results of a study: tables, tracks, motifs, hits, networks
``attribute``               contributions of every base to one task's target (``Result``)
``attribute_tasks``         the same for several tasks at once
``audit``                   which positions a network uses, trained and untrained (``Audit``)
``target_values``           the target of inputs, without contributions
``edit``                    bases changed one by one until the prediction changes (``Edited``)
``sufficient_subsets``      sufficient input subsets
``cluster_images``          clusters of the subsets of images (``ImageClusters``)
``activations``             output of a layer for given inputs
``most_exciting``           the inputs that excite a target or hidden unit most
``unit_motifs``             motifs of hidden units: the bases at their highest activations
``gradient_ascent``         inputs made to raise a target or hidden unit
``maximum_entropy``         changes of an input that leave its activations as they are
``compare_models``          two models, by their sufficient subsets (``Comparison``)
``marginalise``             effect of a motif that is put into sequences (``Marginal``)
``spacing``                 joint effect of two motifs, by the gap between them (``Spacing``)
``ablate``                  effect of removing a site from a window
``plot_logo``               letters as high as contributions, or as a motif's information
``plot_locus``              a place of a study: letters, tracks, hits, events, planted truth
``plot_tracks``             a longer stretch: models, methods and nulls on one scale
``BadInput``                raised for any wrong file, setting or argument
==========================  ==================================================================
"""

from importlib import import_module

from chromolens import kernels, runlog

# here, as both must happen before anybody imports TensorFlow
kernels.choose()
runlog.into_log()
if runlog.in_job():
    kernels.spare_extras()

__version__ = "0.1.0"

_HOMES = {
    "Audit": "chromolens.checks.audit",
    "BadInput": "chromolens.errors",
    "Edited": "chromolens.attribution.editing",
    "Comparison": "chromolens.checks.two_models",
    "Marginal": "chromolens.experiments.marginalise",
    "Model": "chromolens.models.model",
    "Result": "chromolens.attribution.result",
    "Spacing": "chromolens.experiments.spacing",
    "ablate": "chromolens.experiments.ablate",
    "activations": "chromolens.views.activations",
    "attribute": "chromolens.attribution.front",
    "audit": "chromolens.checks.audit",
    "attribute_tasks": "chromolens.attribution.front",
    "ImageClusters": "chromolens.sis.motifs.images",
    "cluster_images": "chromolens.sis.motifs.images",
    "edit": "chromolens.attribution.editing",
    "gradient_ascent": "chromolens.views.ascent",
    "compare_models": "chromolens.checks.two_models",
    "load_model": "chromolens.models.model",
    "marginalise": "chromolens.experiments.marginalise",
    "maximum_entropy": "chromolens.views.entropy",
    "most_exciting": "chromolens.views.activations",
    "plot_locus": "chromolens.report.plots.locus",
    "plot_logo": "chromolens.report.plots.logo",
    "plot_tracks": "chromolens.report.plots.tracks",
    "open_inputs": "chromolens.inputs.batches",
    "spacing": "chromolens.experiments.spacing",
    "sufficient_subsets": "chromolens.sis.front",
    "target_values": "chromolens.models.targets",
    "open_study": "chromolens.study",
    "unit_motifs": "chromolens.views.motifs",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'chromolens' has no attribute {name!r}")
    with kernels.calm():
        found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found  # asked once
    return found


def __dir__() -> list[str]:
    return sorted([*_HOMES, "__doc__", "__version__"])
