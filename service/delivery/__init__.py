"""Telling others: where they may be, sending, and the worker that does it."""
