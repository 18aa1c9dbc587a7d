"""Networks of somebody else: reading their files, and proving how they take DNA."""
