"""Gateproof: concepts pass their gates on recent conversations with customers, or not at all."""

__version__ = "0.1.0"
