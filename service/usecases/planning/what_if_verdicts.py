"""What-if: the verdict on recorded facts with supposed ones added. Nothing is written."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from schemas.readiness import Readiness
from schemas.what_if import WhatIfIn
from service.domain.facts.fold import gather
from service.domain.facts.model import Facts
from service.domain.facts.present import present
from service.domain.planning.what_if import Nameable, World, suppose
from service.domain.record.conversation import Attendee
from service.domain.rules.process_rules import decision_keys
from service.domain.verdict.readiness import Question, evaluate, not_yet_recorded
from service.store.nouns import conversations, customers, people
from service.store.reading.history import history, of_conversations
from service.store.sql.columns import EPOCH
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept
from service.usecases.errors import invalid
from service.usecases.processes.processes import PublishedProcess
from service.usecases.registry.people import require_people
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import VerdictQuery, labels
from service.usecases.verdicts.readiness import judged_by_asked


def what_if(db: Database, caller: Caller, concept_key: str, body: WhatIfIn) -> Readiness:
    """The verdict on the recorded facts and those supposed."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        asked = VerdictQuery(body.gate, body.as_of, None, body.process_version)
        judged_by = judged_by_asked(db, connection, concept, asked, path="body")
        loaded = load_facts(connection, concept, body.as_of, caller.clock(), _cited(body))
        question = Question(judged_by.process, judged_by.ref, loaded.at, body.gate)
        if loaded.facts is None:
            return not_yet_recorded(question, concept.key, concept.portfolio)
        _require_consistent(body, loaded.facts, judged_by)
        nameable = _nameable(connection, concept, body, caller.person)
        recorded = World(loaded.facts, labels(connection, judged_by, loaded.facts))
        supposed = suppose(recorded, judged_by.process.counts, body, nameable, loaded.at)
        return evaluate(question, *supposed)


class LoadedFacts(NamedTuple):
    """The facts of a concept at the instant `at`; `facts`: None before it was recorded."""

    facts: Facts | None
    at: datetime


def load_facts(
    connection: Connection,
    concept: Row[Any],
    as_of: datetime | None,
    now: datetime,
    extra: frozenset[str] = frozenset(),
) -> LoadedFacts:
    """The facts that a verdict would rest on, with the portfolio's conversations `extra` added to them."""
    until = as_of if as_of is not None and as_of < now else None
    events = history(connection, concept, until=until, position=concept.last_position)
    ids = conversations.in_portfolio(connection, concept.portfolio, extra) if extra else []
    bounds = {"until": until, "position": concept.last_position}
    more = of_conversations(connection, ids, portfolio=concept.portfolio, **bounds) if ids else []
    facts = gather({event.seq: event for event in (*events, *more)}.values())
    return LoadedFacts(facts, as_of or present(now, facts.latest if facts else EPOCH))


def everybody(connection: Connection) -> dict[str, Attendee]:
    """Every colleague, as they are now."""
    rows = people.everybody(connection)
    return {row.key: Attendee(row.key, row.function, row.leader) for row in rows}


def _cited(body: WhatIfIn) -> frozenset[str]:
    return frozenset(each.conversation for each in body.citations) - {each.ref for each in body.conversations}


def _nameable(connection: Connection, concept: Row[Any], body: WhatIfIn, person: str) -> Nameable:
    for index, talk in enumerate(body.conversations):
        require_people(connection, f"body.conversations.{index}.attendees", talk.attendees or ())
    named = {talk.customer for talk in body.conversations if talk.customer is not None}
    rows = customers.of_portfolio(connection, concept.portfolio, named) if named else []
    return Nameable(
        everybody(connection) if body.conversations else {},
        {row.key: (row.segment, row.relationship) for row in rows},
        person,
    )


def _require_consistent(body: WhatIfIn, facts: Facts, judged_by: PublishedProcess) -> None:
    refs = [talk.ref for talk in body.conversations]
    for index, ref in enumerate(refs):
        if ref in refs[:index] or ref in facts.conversations:
            rule = "stands for one conversation here, and is no recorded one's id"
            raise invalid(f"body.conversations.{index}.ref", rule, "choose another ref")
    for index, cited in enumerate(body.citations):
        if cited.conversation not in refs and cited.conversation not in facts.conversations:
            raise invalid(
                f"body.citations.{index}.conversation",
                "is neither a ref of this request nor a conversation of the concept's portfolio",
                "describe it under conversations, or give the id of a recorded one",
            )
        asked = decision_keys(judged_by.process)
        if cited.decision not in asked:
            rule = "no gate of the concept's process asks for this decision"
            raise invalid(f"body.citations.{index}.decision", rule, f"one of {', '.join(asked)}")
    for index, revised in enumerate(body.revisions):
        if revised.conversation not in facts.conversations:
            rule = "is no conversation that the concept cites, or that its team had since the last gate"
            raise invalid(f"body.revisions.{index}.conversation", rule, "describe it under conversations")
    for index, citation in enumerate(body.withdrawals):
        if citation not in facts.citations:
            rule = "is no citation of this concept"
            raise invalid(f"body.withdrawals.{index}", rule, "GET its citations for their ids")
