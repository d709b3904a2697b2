"""A concept's facts and its case as bytes, and read back: as their types are declared, nothing by hand.

Left out are the themes' labels: they may be erased, and are looked up each time.
"""

from hashlib import sha256

from msgspec import inspect, msgpack, structs

from service import __version__
from service.domain.facts.model import Facts
from service.domain.verdict.case import Case

FORM = sha256(f"{__version__} {inspect.multi_type_info([Facts, Case])}".encode()).hexdigest()[:16]
"""Names the release and the declared types: what has another form is folded anew."""

_ENCODER = msgpack.Encoder()
_FACTS, _CASE = msgpack.Decoder(Facts), msgpack.Decoder(Case)


def encode_facts(facts: Facts) -> bytes:
    """As `decode_facts` reads it."""
    return _ENCODER.encode(facts)


def decode_facts(encoded: bytes) -> Facts:
    """The facts again."""
    return _FACTS.decode(encoded)


def encode_case(case: Case) -> bytes:
    """As `decode_case` reads it."""
    return _ENCODER.encode(structs.replace(case, labels=dict.fromkeys(case.labels)))


def decode_case(encoded: bytes) -> Case:
    """The case again, but for its labels: each is None."""
    return _CASE.decode(encoded)
