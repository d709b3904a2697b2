"""What a customer's consent allows."""

from schemas.conversation import Allows
from schemas.vocabulary import Consent

ALLOWS: dict[Consent, Allows] = {
    "none": Allows(count=False, quote_inside=False, quote_outside=False),
    "notes": Allows(count=True, quote_inside=False, quote_outside=False),
    "quote_internally": Allows(count=True, quote_inside=True, quote_outside=False),
    "quote_publicly": Allows(count=True, quote_inside=True, quote_outside=True),
}


def consent_rank(consent: Consent) -> int:
    """The place of a consent among all, the least first."""
    return [*ALLOWS].index(consent)
