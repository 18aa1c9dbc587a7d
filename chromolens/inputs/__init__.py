"""What models read: one module per kind of inputs, and what the kinds share."""

ENTRY = "prepare"
KIND = "kind of inputs"
