"""The sections of the page, one module each.

``context(study)`` gives what the section's template shows; None leaves the section out.
``NEEDS`` names the kinds of results (``planning/results.py``) that it is made from: the rule of
the report takes these as its inputs.
"""

ENTRY = "context"
KIND = "section of the report"
