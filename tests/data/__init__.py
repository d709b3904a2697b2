"""Data that somebody wrote: the example portfolio, and real conversations."""
