"""Step one: what is recorded of a concept, folded from its events."""
