"""What the log may hold."""
