"""Conversations and citations."""
