"""RevealCancel after convolutions, which the genomics default leaves to Rescale."""

from keras import layers

from chromolens.attribution.rules.reveal_dense import weighted

FAMILIES = ("revealcancel",)
RULES = {layers.Conv1D: weighted}
