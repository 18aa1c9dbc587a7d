"""Looking inside a network: what its units see, and what it wants to see, without explaining one
input's answer. See ``docs/views.md``."""
