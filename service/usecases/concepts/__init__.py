"""Concepts and their decisions."""
