"""Nouns as another system has them, by the ids that they have there."""
