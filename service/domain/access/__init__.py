"""The form of tokens."""
