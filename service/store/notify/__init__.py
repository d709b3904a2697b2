"""Webhooks, notices and deliveries."""
