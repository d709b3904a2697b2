"""What is supposed to happen is judged as it is judged once it has happened."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.readiness import Readiness
from schemas.what_if import WhatIfIn
from service.domain.planning.what_if import Nameable, World, suppose
from service.domain.record.conversation import Attendee
from service.domain.verdict.readiness import Question, evaluate
from tests.domain.building import Story, ref_of, results_of
from tests.properties.histories import History, histories, indices, stances

PEOPLE = {"pm-1": Attendee("pm-1", "product", False), "m-1": Attendee("m-1", "marketing", True)}
KNOWN = Nameable(PEOPLE, {}, "pm-1")
SUPPOSED: dict[str, Any] = {"segment": "smb", "quotes": 1, "commitments": ["money"], "themes": ["late news"]}


def supposing(story: Story, gate: str, **fields: Any) -> Readiness:
    body = WhatIfIn.model_validate(fields)
    world = World(story.facts(), story.themes)
    supposed = suppose(world, story.rules.counts, body, KNOWN, story.now)
    return evaluate(Question(story.rules, ref_of(story.version), story.now, gate), *supposed)


def gist(verdict: Readiness) -> Any:
    """Everything that is judged; not by which citations."""
    results = [(each.id, each.outcome, each.actual, each.raw_outcome) for each in results_of(verdict)]
    return verdict.verdict, verdict.passes_until, verdict.blocking, verdict.warnings, verdict.owed, results


@settings(max_examples=20)
@given(histories(), st.lists(indices, min_size=1, max_size=3))
def test_withdrawals(history: History, chosen: list[int]) -> None:
    story = history.story
    story.now = history.as_of
    made = [each.id for each in story.facts().citations.values() if not each.withdrawn]
    ids = {made[index % len(made)] for index in chosen if made}
    gates = [gate.key for gate in story.rules.gates]
    supposed = {key: supposing(story, key, withdrawals=sorted(ids)) for key in gates}
    for id in sorted(ids):
        story.withdraw(id)
    for key in gates:
        assert gist(supposed[key]) == gist(story.verdict(key))


@settings(max_examples=20)
@given(histories(), st.lists(st.tuples(indices, stances), min_size=1, max_size=3))
def test_talks_and_citations(history: History, cited: list[tuple[int, str]]) -> None:
    story = history.story
    story.now = history.as_of
    keys = sorted(story.facts().decisions)
    if not keys:
        return
    about = {(keys[index % len(keys)], stance) for index, stance in cited}
    gates = [gate.key for gate in story.rules.gates]
    talk = {"ref": "new", "customer": "new-one", "attendees": list(PEOPLE), **SUPPOSED}
    citations = [{"conversation": "new", "decision": key, "stance": stance} for key, stance in sorted(about)]
    supposed = {key: supposing(story, key, conversations=[talk], citations=citations) for key in gates}
    attendees = [list(each) for each in PEOPLE.values()]
    length = timedelta(minutes=story.rules.counts.min_minutes)
    talked = {"customer": "new-one", "attendees": attendees, "minutes": story.rules.counts.min_minutes}
    id = story.talk(held_at=story.now - length, **talked, **SUPPOSED)
    for key, stance in sorted(about):
        story.cite(id, key, stance)
    for key in gates:
        assert gist(supposed[key]) == gist(story.verdict(key))
