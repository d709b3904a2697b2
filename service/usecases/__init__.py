"""One function a use: load, decide, write. Here, and only here, a transaction's story is told."""
