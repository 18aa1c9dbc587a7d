"""How far the results can be believed: one module per check."""

ENTRY = "check"
