"""The databases: what they keep, what they refuse, and many writers at once."""
