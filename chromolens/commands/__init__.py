"""One file per command: ``add`` tells a parser its arguments and the function that answers.

An answer is what to print, and the exit status.
"""

from chromolens.commands import (
    audit,
    check,
    compare,
    explain,
    export,
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
    *(init, check, run, status, show, explain, variant, serve, finemo, export, audit),
    *(compare, reproduce),
)
"""In the order in which ``--help`` lists them."""
