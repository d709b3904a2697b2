"""Moving concepts between process versions."""
