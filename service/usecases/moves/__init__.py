"""Moving concepts to other process versions, and trying a process on them."""
