"""One file per command: ``add`` tells a parser its arguments and the function that answers.

An answer is what to print, and the exit status.
"""

from chromolens.commands import audit, check, explain, finemo, init, run, serve, show, variant

COMMANDS = (init, check, run, show, explain, variant, serve, finemo, audit)
"""In the order in which ``--help`` lists them."""
