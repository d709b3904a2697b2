"""The audit log, and proof that it is whole."""
