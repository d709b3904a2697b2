"""Opaque ids, in the order of recording."""

from datetime import datetime

from ulid import ULID


def new_id(kind: str, at: datetime) -> str:
    """Such as cnv_01KAN7...: the kind is for people; 80 of its bits are random."""
    return f"{kind}_{ULID.from_datetime(at)}"
