"""Pure rules: recorded events in, readiness out. No clock, no I/O, no logging."""
