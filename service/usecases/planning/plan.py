"""The conversations still to be had for a gate, writing nothing."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.plan import About, NotPlannable, Plan, Planned, Repair
from schemas.process import Counts
from schemas.readiness import Readiness
from schemas.what_if import WhatIfIn
from service.domain.criteria.gaps import Judged, gaps_of
from service.domain.criteria.needs import ATTRIBUTES, Need
from service.domain.criteria.wording import plural
from service.domain.facts.model import Facts
from service.domain.planning.plan import ConversationPlan, as_what_if, plan
from service.domain.planning.repairs import Repair as PlannedRepair
from service.domain.planning.talks import Talk
from service.domain.planning.what_if import Nameable, World
from service.domain.verdict.readiness import Question, evaluate, not_yet_recorded
from service.store.sql.engine import Database
from service.usecases.concept_access import reading_concept
from service.usecases.planning.what_if_verdicts import everybody, load_facts
from service.usecases.unit_of_work import Caller
from service.usecases.verdicts.cases import VerdictQuery, labels
from service.usecases.verdicts.readiness import judged_by_asked
from service.usecases.views import show_row


def read_plan(db: Database, caller: Caller, concept_key: str, asked: VerdictQuery) -> Plan:
    """The plan for a gate, from an instant on."""
    with reading_concept(db, caller, concept_key) as (connection, concept):
        judged_by = judged_by_asked(db, connection, concept, asked)
        facts, at = load_facts(connection, concept, asked.as_of, caller.clock())
        question = Question(judged_by.process, judged_by.ref, at, asked.gate)
        if facts is None:
            return _shown(not_yet_recorded(question, concept.key, concept.portfolio), None, None)
        world = World(facts, labels(connection, judged_by, facts))
        verdict = evaluate(question, *world)
        if verdict.not_evaluable is not None:
            return _shown(verdict, None, None)
        planned = plan(question, world, Nameable(everybody(connection), {}, caller.person))
        return _shown(verdict, planned, Mending(judged_by.process.counts, facts))


class Mending(NamedTuple):
    """By what is judged what is to be mended."""

    counts: Counts
    facts: Facts


def _shown(verdict: Readiness, planned: ConversationPlan | None, by: Mending | None) -> Plan:
    """The plan beside the verdict; None: nothing can be planned."""
    nothing = ConversationPlan(verdict.as_of, talks=(), exact=False, not_plannable={})
    ready_at, talks, exact, not_plannable, repairs = planned or nothing
    about = {decision for talk in talks for decision, _ in talk.about}
    return show_row(
        Plan,
        verdict,
        ready_at=ready_at,
        repairs=[_repair(each, by) for each in repairs] if by else [],
        needed=len(talks),
        exact=exact,
        conversations=list(_grouped(talks)),
        to_state=[each.key for each in verdict.decisions if each.version is None and each.key in about],
        not_plannable=[NotPlannable(criterion=id, why=why) for id, why in not_plannable.items()],
        what_if=as_what_if(verdict.gate, planned) if planned else WhatIfIn(gate=verdict.gate),
    )


def _repair(repair: PlannedRepair, by: Mending) -> Repair:
    talk, citation = (
        by.facts.conversations[repair.conversation],
        by.facts.citations.get(repair.citation or ""),
    )
    judged = Judged(talk, by.counts, by.facts, citation)
    remedies = [gap.remedy for gap in gaps_of(repair.reasons, judged) if gap.remedy]
    if repair.themes:
        named = ", ".join(f"`{theme}`" for theme in repair.themes)
        remedies.append(judged.revise(f"the theme {named}, if they voiced it"))
    if repair.cite and repair.citation is None:
        remedies.append(f"{judged.citations_path} for {repair.decision}, if it supports it")
    return Repair(
        conversation=repair.conversation,
        citation=repair.citation,
        decision=repair.decision,
        reasons=list(repair.reasons),
        themes=list(repair.themes),
        remedy="; ".join(remedies),
    )


def _grouped(talks: Iterable[Talk]) -> Iterable[Planned]:
    """Equal conversations as one entry each, in the order of the first of them."""
    alike: dict[str, list[Planned]] = {}
    for each in map(_one, talks):
        alike.setdefault(each.model_dump_json(exclude={"criteria"}), []).append(each)
    for some in alike.values():
        criteria = dict.fromkeys(id for each in some for id in each.criteria)
        group = {"how_many": len(some), "criteria": list(criteria), "message": _message(some[0], len(some))}
        yield some[0].model_copy(update=group)


def _one(talk: Talk) -> Planned:
    allowed = {name: _allowed(talk.needs, name) for name in ATTRIBUTES}
    after = [need.held_after for need in talk.needs if need.held_after is not None]
    return Planned.model_validate(
        {
            "how_many": 1,
            "about": [About.model_validate({"decision": d, "stance": s}) for d, s in talk.about],
            "criteria": [need.criterion for need in talk.needs],
            "kinds": allowed["kind"],
            "segments": allowed["segment"],
            "relationships": allowed["relationship"],
            "conducted_by": allowed["conducted_by"],
            **talk.extras._asdict(),
            "held_after": max(after, default=None),
            "held_at": talk.held_at,
            "message": "",
        }
    )


def _allowed(needs: Iterable[Need], name: str) -> list[str]:
    """The values that all of these needs allow; none: any."""
    allowed = [need.allowed[name] for need in needs if name in need.allowed]
    return sorted(frozenset.intersection(*allowed)) if allowed else []


def _message(planned: Planned, number: int) -> str:
    about = ", ".join(
        each.decision if each.stance == "supports" else f"{each.decision} (not simply agreeing)"
        for each in planned.about
    )
    with_whom = [" or ".join(some) for some in (planned.segments, planned.relationships) if some]
    customers = f"{plural(number, 'customers')} not heard before"
    who = f", {', '.join(with_whom)}" if with_whom else ""
    return f"{plural(number, 'conversations')} about {about}, with {customers}{who}."
