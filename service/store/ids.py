"""Opaque ids, in the order of recording."""

from datetime import datetime
from secrets import token_bytes

from ulid_transform import bytes_to_ulid

from service.store.columns import micros

TIME_BYTES, RANDOM_BYTES = 6, 10


def new_id(kind: str, at: datetime) -> str:
    """A ULID, such as cnv_01KAN7...: the kind is for people; 80 of its bits are random."""
    milliseconds = micros(at) // 1000
    return f"{kind}_{bytes_to_ulid(milliseconds.to_bytes(TIME_BYTES) + token_bytes(RANDOM_BYTES))}"
