"""Citations: cite, answer, withdraw, read."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.citation import AnswerIn, Citation, CitationIn
from schemas.conversation import WithdrawIn
from schemas.page import Page
from schemas.vocabulary import AGAINST
from service.domain.record.citation import CitationWithdrawn, ContradictionAnswered
from service.domain.texts.measures import says_enough, says_the_same
from service.store.nouns import citations, conversations
from service.store.sql.engine import Database
from service.usecases.concept_access import locked_concept, reading_concept, work_on_concept
from service.usecases.concepts.decisions import require_asked
from service.usecases.errors import Refused, invalid, no_concept, not_found, refused_field, require
from service.usecases.evidence.citation_status import judged_citations
from service.usecases.evidence.citation_views import answers_by_citation, show_citations
from service.usecases.evidence.citing import earlier_citations, enter_citation
from service.usecases.evidence.conversations import require_not_erased
from service.usecases.paging import PageRequest, paged_together
from service.usecases.unit_of_work import Caller, Work, join, transaction
from service.usecases.verdicts.cases import facts_at_head

TOO_FEW = "has fewer than three different words"
no_citation = partial(not_found, "citation")


def cite(db: Database, caller: Caller, concept_key: str, body: CitationIn) -> Citation:
    """Brings a conversation to a decision. A citation that does not count is stored too, and says why."""
    with transaction(db, caller) as tx:
        concept = locked_concept(tx, caller, concept_key)
        require_asked(db, tx, concept, body.decision, field="body.decision")
        # The concept is ours already: what it has is read before others wait for the chain.
        earlier = earlier_citations(tx, concept)
        work = join(tx, caller, concept.portfolio, no_concept)
        citation_id = work.once(lambda: enter_citation(work, concept, body, earlier))
    return read_citation(db, caller, concept_key, citation_id, work.now)


def answer(db: Database, caller: Caller, concept_key: str, citation_id: str, body: AnswerIn) -> Citation:
    """Records the answer of the decision's owner to a citation that contradicts it."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        work.once(lambda: _answer(work, concept, citation_id, body))
    return read_citation(db, caller, concept_key, citation_id, work.now)


def withdraw_citation(
    db: Database, caller: Caller, concept_key: str, citation_id: str, body: WithdrawIn
) -> Citation:
    """Withdraws a citation: it counts no longer, but a contradiction is still to be answered."""
    with work_on_concept(db, caller, concept_key) as (work, concept):
        work.once(lambda: _withdraw(work, concept, citation_id, body))
    return read_citation(db, caller, concept_key, citation_id, work.now)


def get_citation(db: Database, caller: Caller, concept_key: str, citation_id: str) -> Citation:
    """One citation, with whether it counts now."""
    return read_citation(db, caller, concept_key, citation_id, caller.clock())


def list_citations(
    db: Database, caller: Caller, wanted: PageRequest, concept_key: str, decision: str | None
) -> Page[Citation]:
    """A concept's citations in the order of recording, each with whether it counts now."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        query = citations.query(concept.id)
        if decision is not None:
            query = query.where(citations.citations.c.decision == decision)
        given = answers_by_citation(citations.answers_on(connection, concept.id))

        def show(rows: Sequence[Row[Any]]) -> list[Citation]:
            # Asked after the page was read, so that it knows a citation made in the meantime.
            judged = judged_citations(db, connection, concept, caller.clock()) if rows else {}
            return show_citations(connection, concept.key, rows, given, judged)

        return paged_together(connection, "citations", query, citations.citations.c.id, wanted, show)


def _answer(work: Work, concept: Row[Any], citation_id: str, body: AnswerIn) -> str:
    row = require_citation(work.tx, concept, citation_id)
    if row.stance not in AGAINST:
        rule = "only what contradicts or is mixed wants an answer"
        raise invalid("path.citation", rule, "answer those listed under unanswered")
    # By the log: whoever changes the decision's row would say whose answer counts, and to which version.
    facts = facts_at_head(work.tx, concept, work.chain.head.seq)
    decision = facts.decisions[facts.citations[citation_id].decision]
    if decision.owner != work.caller.person:
        rule = f"the decision's owner answers, and that is {decision.owner}"
        remedy = f"ask {decision.owner}, or hand the decision over by naming another owner"
        detail = "Only the decision's owner answers a contradiction."
        raise refused_field("forbidden", detail, "body.answer", rule, remedy)
    if not says_enough(body.answer):
        raise invalid("body.answer", TOO_FEW, "say what follows from it for this statement")
    conversation = conversations.find(work.tx, row.conversation)
    if conversation is not None:
        require_not_erased(conversation)
    for given in citations.answers_on(work.tx, concept.id):
        _require_own(given, citation_id, decision.version, body)
    stored = work.store_words(answer=body.answer)
    answered = ContradictionAnswered(citation_id, decision.version, stored.commitment)
    work.enter(citations.answers, answered, concept.id, stored, concept=concept.id, **work.stamp("answered"))
    return citation_id


def _require_own(given: Row[Any], citation_id: str, version: int, body: AnswerIn) -> None:
    if (given.citation, given.version) == (citation_id, version):
        raise Refused("already-answered", "It is answered for today's statement; answers are not edited.")
    if given.words and says_the_same(body.answer, given.words["answer"]):
        rule = "says-the-same as the answer to another contradiction or statement"
        raise invalid("body.answer", rule, "answer this one in its own words")


def _withdraw(work: Work, concept: Row[Any], citation_id: str, body: WithdrawIn) -> str:
    row = require_citation(work.tx, concept, citation_id)
    if row.withdrawn_at is not None:
        raise Refused("already-withdrawn", "The citation was withdrawn before.")
    stored = work.store_words(reason=body.reason)
    work.record(CitationWithdrawn(citation_id, stored.commitment), concept.id, stored.id)
    work.update(citations.citations, citation_id, withdrawn_at=work.now)
    return citation_id


def require_citation(connection: Connection, concept: Row[Any], citation_id: str) -> Row[Any]:
    """The row of one of the concept's citations; refused where there is none."""
    return require(citations.find(connection, concept.id, citation_id), no_citation)


def read_citation(
    db: Database, caller: Caller, concept_key: str, citation_id: str, now: datetime
) -> Citation:
    """Reads a citation. Writers do so after their commit: judging takes longer than writing, and others wait
    for their lock."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        row = require_citation(connection, concept, citation_id)
        judged = judged_citations(db, connection, concept, now)
        given = answers_by_citation(citations.answers_to(connection, [row.id]))
        return show_citations(connection, concept.key, [row], given, judged)[0]
