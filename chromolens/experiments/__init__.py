"""Experiments in silico: sequences are changed on purpose, and the networks asked again.

What a motif does where it is put, how two of them act together, what is lost where one is taken
away. See ``docs/experiments.md``.
"""
