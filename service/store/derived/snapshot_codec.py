"""A concept's facts and its case as bytes, and read back: as their types are declared, nothing by hand.

Left out are the themes' labels: they may be erased, and are looked up each time.
"""

from hashlib import sha256

from msgspec import inspect, msgpack, structs

from service import __version__
from service.domain.facts.model import Facts
from service.domain.record import edition
from service.domain.verdict.case import Case

FORM = sha256(
    f"{__version__} {edition.CURRENT} {inspect.multi_type_info([Facts, Case])}".encode()
).hexdigest()[:16]
"""Names the release, its edition of the rules and the declared types: what has another form is folded
anew."""

encode_facts = msgpack.Encoder().encode
decode_facts, decode_case = msgpack.Decoder(Facts).decode, msgpack.Decoder(Case).decode


def encode_case(case: Case) -> bytes:
    """The case as `decode_case` reads it, its labels replaced by None: they are words."""
    return encode_facts(structs.replace(case, labels=dict.fromkeys(case.labels)))
