"""One file per command: ``add`` tells a parser its arguments and the function that answers.

An answer is what to print, and the exit status.
"""

from chromolens.commands import (
    audit,
    check,
    compare,
    explain,
    finemo,
    init,
    reproduce,
    run,
    serve,
    show,
    status,
    variant,
)

COMMANDS = (
    *(init, check, run, status, show, explain, variant, serve, finemo, audit),
    *(compare, reproduce),
)
"""In the order in which ``--help`` lists them."""
