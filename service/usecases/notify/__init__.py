"""Webhooks, the stream and badges."""
