"""Networks: one module each, offering ``build(length, channels, tasks, *, ...)``."""

ENTRY = "build"
KIND = "architecture"
