"""Tokens that other issuers signed: which of them are trusted for what, and how they are verified."""
