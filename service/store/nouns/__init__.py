"""A table for each noun."""
