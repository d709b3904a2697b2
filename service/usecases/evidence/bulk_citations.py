"""Citing many conversations for one concept: all of them in one transaction, or each on its own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from schemas.bulk import BulkCitations, CitedItem, RecordedInBulk
from schemas.citation import CitationIn
from schemas.problem import Problem
from service.store.sql.engine import Database
from service.usecases.concept_access import locked_concept, reading_concept
from service.usecases.concepts.decisions import require_asked
from service.usecases.errors import no_concept
from service.usecases.evidence.bulk import attempt, one_of_many
from service.usecases.evidence.citation_status import judged_citations
from service.usecases.evidence.citing import earlier_citations, enter_citation
from service.usecases.unit_of_work import Caller, Work, join, transaction

PLACE = "body.citations"
Cite = Callable[[CitationIn, int], str]
"""Cites one of many, by its index; the citation's id."""


def cite_all(db: Database, caller: Caller, concept_key: str, bodies: Sequence[CitationIn]) -> list[str]:
    """Cites all of these conversations, or none: the first problem names which one it is about."""
    with _citing(db, caller, concept_key) as (_, cite):
        return [cite(body, index) for index, body in enumerate(bodies)]


def cite_each(
    db: Database, caller: Caller, concept_key: str, bodies: Sequence[CitationIn], first: int
) -> list[str | Problem]:
    """Cites each of these conversations that can be cited; returns for each the citation's id, or the
    problem. `first`: the index of the first of them in the request."""
    with _citing(db, caller, concept_key) as (work, cite):
        return [attempt(work, partial(cite, body, index)) for index, body in enumerate(bodies, start=first)]


def answered(
    db: Database, caller: Caller, concept_key: str, outcomes: Sequence[str | Problem]
) -> BulkCitations:
    """The answer to a bulk request. Citations are judged once, after the last commit: judging takes longer
    than writing."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        judged = judged_citations(db, connection, concept, caller.clock())
    items = []
    for outcome in outcomes:
        if isinstance(outcome, Problem):
            items.append(CitedItem(problem=outcome))
        else:
            reasons = judged[outcome].reasons
            short = RecordedInBulk(id=outcome, counts=not reasons, not_counted=reasons)
            items.append(CitedItem(citation=short))
    problems = sum(each.problem is not None for each in items)
    return BulkCitations(recorded=len(items) - problems, problems=problems, items=items)


@contextmanager
def _citing(db: Database, caller: Caller, concept_key: str) -> Iterator[tuple[Work, Cite]]:
    """A write about one concept, and the function that cites in it."""
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        # The concept is ours already: what it has is read before others wait for the chain.
        earlier = earlier_citations(tx, concept)
        work = join(tx, caller, concept.portfolio, no_concept)

        def cite(body: CitationIn, index: int) -> str:
            with one_of_many(work, body, f"{PLACE}.{index}", index) as one:
                require_asked(db, tx, concept, body.decision, field="body.decision")
                return one.once(lambda: enter_citation(one, concept, body, earlier))

        yield work, cite
