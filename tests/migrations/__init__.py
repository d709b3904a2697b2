"""The migration tree, with data in place."""
