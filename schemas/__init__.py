"""The wire contract: frozen Pydantic models and the one vocabulary.

Imports pydantic and the standard library only.
"""
