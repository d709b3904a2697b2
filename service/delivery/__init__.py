"""Delivery of webhooks: the addresses that they may have, sending, and the worker."""
