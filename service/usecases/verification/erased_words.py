"""Do words stand here that the log says were erased?"""

from contextlib import suppress

from service.store.reading import remnants
from service.usecases.verification.events import UNREADABLE
from service.usecases.verification.run import Run


def find_erased_words(run: Run, chain_id: int, chain: str) -> None:
    """Finds erased words whose tombstones are gone too, and labels; others are found with their events."""
    # An event that cannot be read is found where its chain is.
    with suppress(*UNREADABLE):
        for left in remnants.remnants(run.connection, chain_id):
            for each in left:
                run.findings.add("ERASED_WORDS_PRESENT", chain, each.position)
    for theme in remnants.labels(run.connection, chain):
        run.findings.add("ERASED_WORDS_PRESENT", chain, subject=theme)
