"""RevealCancel after convolutions, which the genomics default leaves to Rescale."""

from keras import layers

from chromolens.attribution.rules.reveal_dense import weighted
from chromolens.models._logits import WEIGHTED

FAMILIES = ("revealcancel",)
CONVOLUTIONS = tuple(kind for kind in WEIGHTED if kind not in (layers.Dense, layers.EinsumDense))
RULES = dict.fromkeys(CONVOLUTIONS, weighted)
