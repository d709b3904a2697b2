"""The name of a set of concepts that is to move: told apart by who is in it, where each stands, and where
they go. The parts of a set that moved and that did not make up its name together, in whatever order."""

import json
from collections.abc import Iterable
from functools import reduce
from hashlib import sha256
from typing import NamedTuple

from schemas.process import ProcessRef

NOTHING = "0" * 64


class Member(NamedTuple):
    """A concept as it stands before the move. What evidence it has is not part of it: that goes on."""

    key: str
    process_key: str
    process_version: int
    stage: str
    next_gate: str | None


def digest_of(member: Member) -> str:
    """The digest of one member, hex."""
    return sha256(json.dumps(member).encode()).hexdigest()


def joined(marks: Iterable[str]) -> str:
    """The joined digest of several members: the XOR of theirs, so that disjoint parts join in any order."""
    return f"{reduce(lambda both, each: both ^ int(each, 16), marks, 0):064x}"


def name_of(count: int, marks: str, target: ProcessRef) -> str:
    """The name of the set of so many concepts, whose joined digest is `marks`, and its target."""
    parts = [count, marks, target.key, target.version, target.digest]
    return f"{count}-{sha256(json.dumps(parts).encode()).hexdigest()}"


def count_in(name: str) -> int:
    """The number of concepts in the set of this name."""
    return int(name.partition("-")[0])
