"""Findings of verification: their codes, and what each means. Only the first LIMIT are listed."""

from schemas.audit import Finding, FindingCode

LIMIT = 100
MEANS: dict[FindingCode, str] = {
    "CHANGED": "This event, or the one before it, is not what was recorded.",
    "MISSING": "Events are missing from this position on.",
    "OUT_OF_ORDER": "This event does not stand where it was recorded.",
    "WRONG_CHAIN": "This event belongs to another portfolio's chain.",
    "TAIL_CUT": "The chain went further than this: its last events are missing.",
    "CHAIN_ROW_CHANGED": "The chain's own row does not name its last event.",
    "CHAIN_MISSING": "This chain was there, and is gone.",
    "CHAIN_UNKNOWN": "There are events in a chain that no portfolio began.",
    "WORDS_CHANGED": "The words that stand here now are not those of this event.",
    "WORDS_MISSING": "The words of this event are gone, and no erasure says so.",
    "ERASED_WORDS_PRESENT": "Words that were erased stand here again.",
    "KEY_UNKNOWN": "A signing key stands among ours that no event speaks of.",
    "KEY_MISSING": "A signing key that an event speaks of is gone.",
    "PROCESS_CHANGED": "The rules of a process that stand here are not those that were published.",
    "REVIEW_CHANGED": "What stands in this review's row is not what its event says.",
    "REVIEW_MISSING": "The row of this review is gone.",
    "REVIEW_UNKNOWN": "A review stands here that no event speaks of.",
    "REPLAY_DIFFERS": "This review's frozen verdict does not follow from what was recorded before it.",
    "ATTESTATION_CHANGED": "This attestation is signed by none of the keys that signed then.",
    "ATTESTATION_MISSING": "The attestation of this go is gone.",
    "ATTESTATION_OF_ANOTHER": "This attestation is signed, and says something else than this go.",
    "ATTESTATION_UNKNOWN": "This review has an attestation, and is no go that was accepted and enforced.",
    "DERIVED_ROW_DIFFERS": "What this table keeps beside the log is not what follows from the log.",
    "HEAD_MISMATCH": "The exported head names another event at this position: the chain was rewritten.",
    "HEAD_NOT_SIGNED": "The head is not signed by a key of this service, so nothing was compared with it.",
}


class Findings:
    """The first findings, and the number of the others."""

    def __init__(self) -> None:
        self.first: list[Finding] = []
        self.more = 0
        self.wrong: set[str] = set()

    def add(
        self,
        code: FindingCode,
        chain: str = "",
        position: int | None = None,
        subject: str | None = None,
        table: str | None = None,
    ) -> None:
        """Adds a finding."""
        self.wrong.add(chain)
        if len(self.first) == LIMIT:
            self.more += 1
            return
        self.first.append(
            Finding(
                chain=chain, position=position, subject=subject, table=table, code=code, message=MEANS[code]
            )
        )
