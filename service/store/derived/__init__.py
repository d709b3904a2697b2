"""Rows that follow from the log and can be thrown away."""
