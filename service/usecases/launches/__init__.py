"""Outcomes of decisions after a launch, and the reports on them."""
