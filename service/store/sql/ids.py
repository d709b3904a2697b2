"""Opaque ids, in the order of recording."""

from datetime import datetime
from secrets import randbits
from threading import Lock

from ulid_transform import bytes_to_ulid

from service.store.sql.columns import micros

RANDOM_BITS, BYTES = 80, 16
_LATEST, _LOCK = [0], Lock()


def new_id(kind: str, at: datetime) -> str:
    """A ULID, such as cnv_01KAN7...: the kind is for people; 80 of its bits are random."""
    return f"{kind}_{bytes_to_ulid(_number(micros(at) // 1000).to_bytes(BYTES))}"


def _number(milliseconds: int) -> int:
    """The number before plus one, if it is of the same millisecond; else a random one in this millisecond."""
    with _LOCK:
        before = _LATEST[0]
        is_next = before >> RANDOM_BITS == milliseconds
        _LATEST[0] = before + 1 if is_next else milliseconds << RANDOM_BITS | randbits(RANDOM_BITS)
        return _LATEST[0]
