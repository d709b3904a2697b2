"""Readiness: of one concept, of many, of a page of them."""
