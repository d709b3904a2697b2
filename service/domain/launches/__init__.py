"""What became of launched concepts."""
