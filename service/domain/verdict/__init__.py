"""Step three: the readiness document, from facts and a process version, at an instant."""
