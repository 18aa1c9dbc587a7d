"""Methods that put positions of an input in the reference, and look at what the target does."""
