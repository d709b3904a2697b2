"""What would be enough, asked without writing."""
