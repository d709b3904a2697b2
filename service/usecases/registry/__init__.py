"""Portfolios, people, customers and tokens."""
