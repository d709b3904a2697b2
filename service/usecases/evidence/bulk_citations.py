"""Citing many conversations for one concept: all of them in one transaction, or each on its own."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Row

from schemas.bulk import BulkCitations, CitedItem, RecordedInBulk
from schemas.citation import CitationIn
from schemas.problem import Problem
from service.store.sql.engine import Database
from service.usecases.concepts.concepts import locked_concept, seen_concept
from service.usecases.concepts.decisions import require_asked
from service.usecases.errors import Refused, no_concept, problem_of
from service.usecases.evidence.bulk import at_place, once_each
from service.usecases.evidence.citation_status import judged_citations
from service.usecases.evidence.citing import EarlierCitation, enter_citation, made_for
from service.usecases.unit_of_work import Caller, Work, join, transaction

PLACE = "body.citations"


class Citing(NamedTuple):
    """A write for one concept, with what was cited before, by decision."""

    db: Database
    work: Work
    concept: Row[Any]
    earlier: Mapping[str, list[EarlierCitation]]


def cite_all(db: Database, caller: Caller, concept_key: str, said: Sequence[CitationIn]) -> list[str]:
    """The ids of all of them, or none: the first problem names which one it is."""
    with _citing(db, caller, concept_key, said) as citing:
        return [_cited(citing, each, index) for index, each in enumerate(said)]


def cite_each(
    db: Database, caller: Caller, concept_key: str, said: Sequence[CitationIn], first: int
) -> list[str | Problem]:
    """Of each its id, or why it was not cited; that leaves nothing behind. `first`: where these begin."""
    with _citing(db, caller, concept_key, said) as citing:
        return [_attempted(citing, each, first + index) for index, each in enumerate(said)]


def answered(
    db: Database, caller: Caller, concept_key: str, outcomes: Sequence[str | Problem]
) -> BulkCitations:
    """What became of them. Judged once, after the last commit: it takes longer than writing."""
    with db.reading() as connection:
        concept = seen_concept(connection, caller, concept_key)
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
def _citing(db: Database, caller: Caller, concept_key: str, said: Sequence[CitationIn]) -> Iterator[Citing]:
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        # The concept is ours already: what it has is read before others wait for the chain.
        earlier = {key: made_for(tx, concept, key) for key in {each.decision for each in said}}
        yield Citing(db, join(tx, caller, concept.portfolio, no_concept), concept, earlier)


def _attempted(citing: Citing, said: CitationIn, index: int) -> str | Problem:
    try:
        with citing.work.chain.part():
            return _cited(citing, said, index)
    except Refused as refused:
        return problem_of(refused)


def _cited(citing: Citing, said: CitationIn, index: int) -> str:
    db, work, concept, earlier = citing
    work = once_each(work, said, index)
    try:
        require_asked(db, work.tx, concept, said.decision, field="body.decision")
        return work.once(lambda: enter_citation(work, concept, said, earlier[said.decision]))
    except Refused as refused:
        raise at_place(refused, f"{PLACE}.{index}") from None
