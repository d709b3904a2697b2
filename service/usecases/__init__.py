"""Use cases, one function each: load, decide, write, mostly in one transaction."""
