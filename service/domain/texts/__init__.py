"""What the rules need to know of a text."""
