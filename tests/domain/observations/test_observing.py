"""What is observed of a concept: facts that whoever decides should know, and that block nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from schemas.readiness import Readiness
from service.domain.facts.fold import gather
from service.domain.observations.catalogue import public
from service.domain.record.edition import FIRST
from service.domain.verdict.for_bots import for_bots
from service.domain.verdict.readiness import Question, evaluate
from tests.domain.building import NOW, Story, asks, days, gate, one, process, ref_of

COLLEAGUE = [["pm-2", "product", False]]


def new_story() -> Story:
    story = Story(process(gate("G1"), gate("G2")))
    story.state("problem")
    story.wait(days=1)
    return story


def codes(story: Story) -> list[str]:
    return [each.code for each in story.verdict().observations]


def test_of_honest_work_there_is_nothing_to_observe() -> None:
    story = new_story()
    for _ in range(3):
        story.hear(days_ago=0.1)
        story.wait(days=4)
    assert codes(story) == []


def _revised(story: Story) -> None:
    talk = story.talk(minutes=None)
    story.cite(talk)
    story.revise(talk, minutes=30)


def _redated(story: Story) -> None:
    talk = story.talk()
    story.cite(talk)
    story.revise(talk, held_at=(story.now - days(9)).isoformat())


def _consent_raised(story: Story) -> None:
    talk = story.talk()
    story.cite(talk)
    story.revise(talk, consent="none")
    story.revise(talk, consent="quote_publicly")


def _two_places(story: Story) -> None:
    story.hear(days_ago=2)
    story.hear(days_ago=2)


def _same_meeting(story: Story) -> None:
    story.hear(days_ago=2, customer="acme")
    story.hear(days_ago=2, customer="acme", attendees=COLLEAGUE)


def _recorded_late(story: Story) -> None:
    story.hear(days_ago=20)


def _recorded_together(story: Story) -> None:
    for ago in (3, 6, 9):
        story.hear(days_ago=ago)


def _eve_of_gate(story: Story) -> None:
    for ago in (0.1, 0.2, 0.3):
        story.hear(days_ago=ago)


def _older_than_concept(story: Story) -> None:
    story.hear(days_ago=40)


def _long(story: Story) -> None:
    story.hear(minutes=1440)


def _many_in_a_day(story: Story) -> None:
    for hour in range(6):
        story.hear(held_at=story.now - days(1) - timedelta(hours=hour))


def _thin_slice(story: Story) -> None:
    story.hear(minutes=15, participants=[f"p{n}" for n in range(30)])


def _sales_only(story: Story) -> None:
    story.hear(attendees=[["pm-1", "Sales", False]])


def _not_there(story: Story) -> None:
    story.hear(author="pm-2")


def _unanswered(story: Story) -> None:
    story.state("price")
    story.hear("price", stance="contradicts")


def _all_confirmed(story: Story) -> None:
    for ago in range(5):
        story.cite(story.talk(days_ago=1 + ago), effect="confirmed")


def _evidence_gone(story: Story) -> None:
    citation = story.hear()
    story.review("go", "G1")
    story.wait(days=1)
    story.withdraw(citation)


def _alone(story: Story) -> None:
    story.hear()
    story.review("go", "G1")


def _team_changed(story: Story) -> None:
    story.change(team=["pm-1"])


def _process_changed(story: Story) -> None:
    story.move(2)


def _quick_vote(story: Story) -> None:
    story.hear()
    story.vote()


def _text(**fields: Any) -> Callable[[Story], None]:
    def happens(story: Story) -> None:
        story.hear(**fields)

    return happens


def _unrelated(story: Story) -> None:
    story.cite(story.talk(), unrelated=True)


def _placeholder(story: Story) -> None:
    story.record("decision.stated", "radar/price", {**STATED, "thin": True}, words={"statement": "Good"})


STATED = {"decision": "price", "version": 1, "revision": 1, "owner": "pm-1"}


OBSERVED: dict[str, list[Callable[[Story], None]]] = {
    "REVISED_INTO_COUNTING": [_revised],
    "REDATED": [_redated],
    "CONSENT_RAISED": [_consent_raised],
    "TWO_PLACES": [_two_places],
    "SAME_MEETING": [_same_meeting],
    "RECORDED_LATE": [_recorded_late],
    "RECORDED_TOGETHER": [_recorded_together],
    "EVE_OF_GATE": [_eve_of_gate],
    "OLDER_THAN_CONCEPT": [_older_than_concept],
    "MARATHON": [_long, _many_in_a_day],
    "THIN_SLICE": [_thin_slice],
    "SALES_ONLY": [_sales_only],
    "NOT_THERE": [_not_there],
    "UNANSWERED": [_unanswered],
    "ALL_CONFIRMED": [_all_confirmed],
    "EVIDENCE_GONE": [_evidence_gone],
    "ALONE": [_alone],
    "CONCEPT_CHANGED": [_team_changed],
    "PROCESS_CHANGED": [_process_changed],
    "QUICK_VOTE": [_quick_vote],
    "SHARES_TEXT": [_text(shares_text_with="talk-9")],
    "FORM_LIKE": [_text(form_of="talk-9")],
    "THEME_NOT_IN_TEXT": [_text(themes=["value"], themes_not_in_text=["value"])],
    "NOTE_UNRELATED": [_unrelated],
    "PLACEHOLDER": [_placeholder],
}


@pytest.mark.parametrize(
    ("code", "happens"), [(code, each) for code, some in OBSERVED.items() for each in some]
)
def test_it_is_observed(code: str, happens: Callable[[Story], None]) -> None:
    story = new_story()
    happens(story)
    observations = [each for each in story.verdict().observations if each.code == code]
    assert observations, codes(story)
    for each in observations:
        assert each.message
        assert each.remedy
        assert each.since <= story.now


def test_every_observation_has_an_example() -> None:
    assert {detector.code for detector in public()} == OBSERVED.keys()


def test_what_is_observed_blocks_nothing() -> None:
    story = new_story()
    _two_places(story)
    assert (codes(story), story.verdict().verdict) == (["TWO_PLACES"], "ready")


def test_a_process_may_count_only_what_is_clear_of_it_and_the_earlier_of_a_pair_is() -> None:
    rules = one({"at_least": 1, "of": "conversations", "where": {"clear_of": ["TWO_PLACES"]}})
    story = Story(rules)
    story.state("problem")
    story.hear(days_ago=2)
    assert story.verdict().decisions[0].criteria[0].actual == 1
    story.hear(days_ago=2)
    assert story.verdict().decisions[0].criteria[0].actual == 1
    story.hear(days_ago=1)
    assert story.verdict().decisions[0].criteria[0].actual == 2


def test_the_heaviest_come_first() -> None:
    story = new_story()
    _thin_slice(story)
    _two_places(story)
    assert codes(story)[0::2] == ["TWO_PLACES", "EVE_OF_GATE"]


def test_bots_are_told_codes_and_ids() -> None:
    story = new_story()
    _two_places(story)
    (observation,) = for_bots(story.verdict()).observations
    assert vars(observation).keys() == {"code", "about", "since"}
    assert observation.about.conversations == ["talk-2", "talk-1"]


def test_a_review_of_the_first_edition_replays_without_any() -> None:
    story = new_story()
    _two_places(story)
    facts = gather(story.events, FIRST)
    assert facts is not None
    verdict: Readiness = evaluate(Question(story.rules, ref_of(), NOW + days(1)), facts, {})
    assert (verdict.edition, verdict.observations) == (FIRST, [])


def test_thin_slices_are_of_decisions_too() -> None:
    keys = [f"d{n}" for n in range(7)]
    story = Story(process(gate("G1", *(asks(key) for key in keys))))
    for key in keys:
        story.state(key)
    story.hear(*keys)
    assert "THIN_SLICE" in codes(story)
