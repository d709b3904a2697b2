"""Tokens that an issuer elsewhere signed: whom they are trusted for, and how they are verified."""
