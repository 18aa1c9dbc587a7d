"""chromolens: train sequence models, explain them base by base, say how far to believe it.

The front door, for notebooks and scripts: ``load_model``, ``attribute``, ``attribute_tasks``,
``sufficient_subsets``, and ``open_study`` for what a study found. They are imported at first use,
so that planning a study never waits for TensorFlow.
"""

from importlib import import_module

from chromolens import kernels

kernels.choose()  # here, as it must happen before anybody imports TensorFlow

__version__ = "0.1.0"

_FRONT_DOOR = {
    "load_model": "chromolens.models.model",
    "attribute": "chromolens.attribution.front",
    "attribute_tasks": "chromolens.attribution.front",
    "sufficient_subsets": "chromolens.sis.front",
    "open_study": "chromolens.study",
}


def __getattr__(name: str) -> object:
    if name not in _FRONT_DOOR:
        raise AttributeError(f"module 'chromolens' has no attribute {name!r}")
    return getattr(import_module(_FRONT_DOOR[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_FRONT_DOOR]
