"""A release takes the place of another, and nobody notices."""
