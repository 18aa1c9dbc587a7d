"""The target of every substitution of an input, by what the substitution changes."""
