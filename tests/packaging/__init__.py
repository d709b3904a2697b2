"""The wheel, in an environment of its own, in another folder."""
