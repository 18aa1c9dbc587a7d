"""What models read: a folder per kind of inputs, and what the kinds share."""

ENTRY = "prepare"
KIND = "kind of inputs"

STAGES = ("tracks", "windows", "motifs", "filters", "sis", "lexicon", "hits", "tokens")
"""Stages that only some kinds of inputs have: a kind's ``STAGES`` names its own.

Every study is trained, evaluated, explained and checked. ``tracks`` are numbers along a genome,
``windows`` is the close reading of chosen windows. ``tokens`` are those that decide for a class.
"""
