"""Training, loading and asking models."""
