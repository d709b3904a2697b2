from typing import Any

import pytest

from service.domain.criteria.filters import fold_label
from tests.domain.building import NOW, TALK, TICK, Story, asks, days, gate, one, process, result_of

COLLEAGUE = ["pm-1", "product", False]
FILTERS: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"kinds": "site_visit"}, {"kind": "site_visit"}, {"kind": "interview"}),
    ({"segment": "primary"}, {"segment": "smb"}, {"segment": "enterprise"}),
    ({"segment": "enterprise"}, {"segment": "enterprise"}, {"segment": "smb"}),
    ({"relationship": "lost"}, {"relationship": "lost"}, {"relationship": "prospect"}),
    ({"relationship_not": "advocate"}, {"relationship": "lost"}, {"relationship": "advocate"}),
    (
        {"first_hand": True},
        {"attendees": [COLLEAGUE]},
        {"attendees": [["somebody", "product", False]]},
    ),
    ({"conducted_by": "own_team"}, {"conducted_by": "own_team"}, {"conducted_by": "third_party"}),
    ({"conducted_by": "own_team"}, {"conducted_by": "own_team"}, {"conducted_by": None}),
    (
        {"attendee_function": "marketing"},
        {"attendees": [COLLEAGUE, ["m-1", "marketing", False]]},
        {"attendees": [COLLEAGUE, ["s-1", "sales", False]]},
    ),
    (
        {"leader_attending": True},
        {"attendees": [COLLEAGUE, ["l-1", "sales", True]]},
        {"attendees": [COLLEAGUE]},
    ),
    ({"has": "quote"}, {"quotes": 1}, {"quotes": 0}),
    ({"has": "commitment"}, {"commitments": ["time"]}, {"commitments": [], "past_spend": True}),
    ({"has": "past_spend"}, {"past_spend": True}, {"past_spend": False, "commitments": ["time"]}),
    ({"commitment": "money"}, {"commitments": ["time", "money"]}, {"commitments": ["time"]}),
    ({"theme": "late news"}, {"themes": ["late news", "tax"]}, {"themes": ["tax"]}),
]


def actual(where: dict[str, Any], talk: dict[str, Any], *, stance: str = "supports", **counts: Any) -> int:
    """How many conversations the criterion finds, when this one is all there is."""
    story = Story(one({"at_least": 1, "of": "conversations", "where": where}, **counts))
    story.state("problem")
    story.hear(stance=stance, **talk)
    return story.result().actual


@pytest.mark.parametrize(("where", "fits", "fails"), FILTERS)
def test_a_filter_takes_what_fits_and_leaves_the_rest(
    where: dict[str, Any], fits: dict[str, Any], fails: dict[str, Any]
) -> None:
    assert actual(where, fits, first_hand=False) == 1
    assert actual(where, fails, first_hand=False) == 0


@pytest.mark.parametrize(
    "name",
    [
        "stance",
        "kinds",
        "within_days",
        "since",
        "segment",
        "relationship",
        "relationship_not",
        "first_hand",
        "conducted_by",
        "attendee_function",
        "leader_attending",
        "has",
        "commitment",
        "theme",
    ],
)
def test_a_filter_that_is_said_but_null_filters_nothing(name: str) -> None:
    bare: dict[str, Any] = {"attendees": [], "conducted_by": None}
    assert actual({name: None}, bare, first_hand=False) == 1


def test_a_list_means_any_of_it() -> None:
    where = {"relationship": ["churned", "lost"]}
    assert actual(where, {"relationship": "churned"}) == 1
    assert actual(where, {"relationship": "lost"}) == 1
    assert actual(where, {"relationship": "customer"}) == 0


def test_a_list_of_exclusions_excludes_each() -> None:
    where = {"relationship_not": ["advocate", "customer"]}
    assert actual(where, {"relationship": "advocate"}) == 0
    assert actual(where, {"relationship": "customer"}) == 0
    assert actual(where, {"relationship": "stranger"}) == 1


def test_primary_may_stand_beside_other_segments() -> None:
    where = {"segment": ["primary", "public"]}
    assert [actual(where, {"segment": s}) for s in ("smb", "public", "enterprise")] == [1, 1, 0]


def test_any_of_what_it_has_is_enough() -> None:
    where = {"has": ["past_spend", "commitment"]}
    assert actual(where, {"past_spend": True}) == 1
    assert actual(where, {"commitments": ["money"]}) == 1
    assert actual(where, {"quotes": 3}) == 0


@pytest.mark.parametrize(
    ("consent", "quotes"), [("notes", 0), ("quote_internally", 1), ("quote_publicly", 1)]
)
def test_a_quote_that_may_not_be_read_is_none(consent: str, quotes: int) -> None:
    assert actual({"has": "quote"}, {"quotes": 1, "consent": consent}) == quotes


def test_nothing_has_a_transcript_yet() -> None:
    everything = {"quotes": 1, "commitments": ["money"], "past_spend": True}
    assert actual({"has": "transcript"}, everything) == 0


def test_different_filters_must_all_hold() -> None:
    where = {"segment": "primary", "has": "quote"}
    assert actual(where, {"quotes": 1}) == 1
    assert actual(where, {"quotes": 0}) == 0
    assert actual(where, {"quotes": 1, "segment": "public"}) == 0


def test_only_support_counts_unless_another_stance_is_said() -> None:
    assert [actual({}, {}, stance=s) for s in ("supports", "mixed", "neutral", "contradicts")] == [
        1,
        0,
        0,
        0,
    ]
    assert actual({"stance": ["neutral", "mixed"]}, {}, stance="mixed") == 1
    assert actual({"stance": "neutral"}, {}, stance="supports") == 0


def test_themes_are_compared_by_their_labels_whatever_case_and_spacing() -> None:
    story = Story(one({"at_least": 1, "of": "conversations", "where": {"theme": " Late   NEWS "}}))
    story.state("problem")
    story.hear(themes=["theme-7"])
    story.themes["theme-7"] = "late news"
    assert story.result().actual == 1
    assert fold_label("  Straße  X ") == "strasse x"


def test_a_theme_without_a_label_fits_no_theme() -> None:
    story = Story(one({"at_least": 1, "of": "conversations", "where": {"theme": "late news"}}))
    story.state("problem")
    story.hear(themes=["theme-7"])
    story.themes.clear()
    assert story.result().actual == 0


def test_the_processes_window_holds_unless_another_is_said() -> None:
    assert actual({}, {"days_ago": 30}, within_days=30) == 0
    assert actual({}, {"held_at": NOW - days(30) + TICK}, within_days=30) == 1
    assert actual({}, {"days_ago": 3000}, within_days=None) == 1


def test_a_criterions_own_window_wins_be_it_longer_or_shorter() -> None:
    assert actual({"within_days": 40}, {"days_ago": 39}, within_days=30) == 1
    assert actual({"within_days": 20}, {"days_ago": 25}, within_days=30) == 0
    assert actual({"within_days": None}, {"days_ago": 3000}, within_days=30) == 1


def test_a_gates_window_stands_between_the_criterions_and_the_processes() -> None:
    def at_gate(days_ago: float, **more: Any) -> int:
        story = Story(process(gate("G1", **more), within_days=30))
        story.state("problem")
        story.hear(days_ago=days_ago)
        return story.result().actual

    assert at_gate(45) == 0
    assert at_gate(45, within_days=60) == 1
    assert at_gate(25, within_days=20) == 0
    assert at_gate(3000, within_days=None) == 1


def test_it_counts_up_to_and_not_at_the_end_of_its_window() -> None:
    story = Story(one({"at_least": 1, "of": "conversations"}, within_days=30))
    story.state("problem")
    story.hear(held_at=NOW)
    assert story.result(as_of=NOW + days(30) - TICK).actual == 1
    assert story.result(as_of=NOW + days(30)).actual == 0


def test_it_counts_from_the_instant_at_which_it_was_over() -> None:
    story = Story(one({"at_least": 1, "of": "conversations"}))
    story.state("problem")
    story.hear(held_at=NOW + days(0.001) - TALK)
    assert story.result(as_of=NOW + days(0.001) - TICK).actual == 0
    assert story.result(as_of=NOW + days(0.001)).actual == 1


def new_since(since: str, **more: Any) -> Story:
    """Two gates, of which the second asks for one conversation held since."""
    rule = {"at_least": 1, "of": "conversations", "where": {"since": since}}
    story = Story(process(gate("G1", **more), gate("G2", asks("problem", rule))))
    story.state("problem")
    return story


def test_since_the_previous_gate_only_what_was_held_later_counts() -> None:
    story = new_since("previous_gate")
    story.hear()
    story.go("G1")
    assert story.result("g2-problem-1").actual == 0
    story.wait(days=1)
    story.hear(held_at=NOW)
    assert story.result("g2-problem-1").actual == 0
    story.hear(held_at=NOW + TICK)
    assert story.result("g2-problem-1").actual == 1


def test_since_the_previous_gate_means_the_latest_go_there() -> None:
    story = new_since("previous_gate")
    story.hear()
    story.go("G1")
    story.wait(days=1)
    story.hear(days_ago=0)
    story.wait(days=1)
    story.review("recycle", "G2", to="G1")
    story.go("G1")
    assert story.result("g2-problem-1").actual == 0


def test_without_a_go_at_the_gate_before_the_whole_life_counts() -> None:
    story = new_since("previous_gate")
    story.hear()
    assert story.result("g2-problem-1", gate="G2").actual == 1


def test_at_the_first_gate_the_whole_life_counts() -> None:
    assert actual({"since": "previous_gate"}, {"days_ago": 60}) == 1


def test_since_the_launch_only_what_was_held_later_counts() -> None:
    story = new_since("launch", launch=True)
    story.hear()
    story.go("G1")
    assert story.result("g2-problem-1").actual == 0
    story.wait(days=1)
    story.hear(days_ago=0.5)
    assert story.result("g2-problem-1").actual == 1


def test_before_the_launch_nothing_is_since_the_launch() -> None:
    story = new_since("launch", launch=True)
    story.hear()
    assert story.result("g2-problem-1", gate="G2").actual == 0


def test_the_segment_is_compared_with_the_concepts_primary_segment_of_today() -> None:
    story = Story(one({"at_least": 1, "of": "conversations", "where": {"segment": "primary"}}))
    story.state("problem")
    story.hear(segment="public")
    assert story.result().actual == 0
    story.change(primary_segment="public")
    assert result_of(story.verdict(), "g1-problem-1").actual == 1
