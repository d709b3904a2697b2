"""The conversations that nobody cited, all of them: a verdict shows the newest."""

from schemas.readiness import UncitedPage
from service.domain.facts.progress import progress_of
from service.domain.verdict.context import build_context
from service.domain.verdict.uncited import uncited_at
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept
from service.usecases.paging import PageRequest, first_of, unpack_text
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import facts_now, pinned

LIST = "uncited"


def list_uncited(db: Database, caller: Caller, wanted: PageRequest, key: str) -> UncitedPage:
    """Those before the concept's next gate, by id: in the order of recording."""
    after = unpack_text(LIST, wanted.cursor) or ""
    with reading_concept(db, caller, key) as (connection, concept):
        process, facts = pinned(db, connection, concept).process, facts_now(connection, concept)
    progress = progress_of(process, facts.reviews)
    gate, since = progress.next_gate, max(progress.passed.values(), default=None)
    context = build_context(process, facts, progress, gate, {}, observed=False) if gate else None
    every = sorted(uncited_at(process, facts, since, context), key=lambda each: each.conversation)
    items = [each for each in every if each.conversation > after]
    shown, following = first_of(items, wanted.limit, LIST, lambda each: each.conversation)
    return UncitedPage(items=list(shown), next=following)
