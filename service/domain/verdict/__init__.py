"""The readiness document, from facts and a process version, at an instant."""
