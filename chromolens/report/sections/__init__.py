"""The sections of the page, one module each: ``context(study)`` gives what its template shows."""
