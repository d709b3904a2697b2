"""Where something does not count, it says what is on record, what is asked for, and which call mends it."""

from typing import Any, get_args

import pytest

from schemas.conversation import Reason
from schemas.readiness import NotCounted
from service.domain.criteria.gaps import GAPS
from service.domain.facts.fold import gather
from service.domain.verdict.readiness import Question, evaluate
from tests.domain.building import Story, one, ref_of

RULES = one({"at_least": 1, "of": "conversations"}, min_words=60, min_minutes=15)
REVISIONS = "POST /v1/conversations/talk-1/revisions with"


def entry(**talk: Any) -> NotCounted:
    """Why a talk, cited for the problem, does not count."""
    story = Story(RULES)
    story.state("problem")
    story.hear("problem", **talk)
    [entry] = story.verdict().not_counted
    return entry


def test_every_reason_tells_what_is_missing() -> None:
    assert {*get_args(Reason)} == GAPS.keys()


@pytest.mark.parametrize(
    ("talk", "found", "required", "remedy"),
    [
        ({"words": 46}, 46, 60, f"{REVISIONS} a summary of 14 more words"),
        ({"words": 59}, 59, 60, f"{REVISIONS} a summary of 1 more word:"),
        ({"minutes": None}, None, 15, f"{REVISIONS} duration_minutes, how long it was: 15 at least"),
        ({"minutes": 10}, 10, 15, "/admit"),
        (
            {"kind": "survey"},
            "survey",
            "interview, site_visit, customer_call, usability_session",
            "Talk with",
        ),
        ({"participants": []}, 0, 1, f"{REVISIONS} participants"),
        ({"colleagues": True, "maybe_colleagues": ["p1"]}, "p1", None, "colleague: false of participant p1"),
        ({"colleagues": True, "namesakes": ["p1"]}, "p1", None, "another ref for participant p1"),
        ({"colleagues": True}, None, None, "colleague: false of each participant"),
        ({"consent": "none"}, "none", "notes", "POST /v1/conversations/talk-1/consent"),
        ({"solution_shown": None}, None, "false", f"{REVISIONS} solution_shown: false"),
        ({"attendees": []}, None, "one of pm-1, pm-2", f"{REVISIONS} attendees"),
    ],
)
def test_a_talk_is_mended_by_a_call_that_is_named(
    talk: dict[str, Any], found: Any, required: Any, remedy: str
) -> None:
    missing = entry(**talk)
    assert missing.found == found
    assert required is None or missing.required == required
    assert missing.remedy is not None
    assert remedy in missing.remedy


def test_an_old_statement_names_both_versions() -> None:
    story = Story(RULES)
    story.state("problem")
    story.hear("problem")
    story.state("problem")
    [missing] = story.verdict().not_counted
    assert (missing.code, missing.found, missing.required) == ("OLD_STATEMENT", 1, 2)
    assert (missing.remedy or "").startswith("POST /v1/concepts/radar/citations again")


def test_what_is_missing_for_age_stays_the_same_while_time_passes() -> None:
    story = Story(RULES)
    story.state("problem")
    story.hear("problem", days_ago=100)
    [before] = story.verdict().not_counted
    story.wait(days=3)
    assert story.verdict().not_counted == [before]
    assert before.remedy


def test_reviews_of_the_first_edition_told_nothing_of_it() -> None:
    story = Story(RULES)
    story.state("problem")
    story.hear("problem", words=3)
    facts = gather(story.events, 1)
    assert facts is not None
    [missing] = evaluate(Question(RULES, ref_of(), story.now), facts, {}).not_counted
    assert (missing.code, missing.found, missing.required, missing.remedy) == (
        "SUMMARY_TOO_THIN",
        None,
        None,
        None,
    )
