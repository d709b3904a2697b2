"""Others, by the nearest call that they have."""
