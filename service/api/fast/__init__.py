"""Polls, answered in front of routing."""
