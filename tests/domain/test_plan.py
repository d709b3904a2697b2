"""The smallest plan: what it asks for, when it is exact, and that following it is enough."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.process import Process
from schemas.readiness import Readiness
from service.domain.planning.plan import ConversationPlan, as_what_if, plan
from service.domain.planning.what_if import Nameable, World, suppose
from service.domain.record.conversation import Attendee
from service.domain.verdict.readiness import Question, evaluate
from tests.domain.building import Criterion, Story, asks, gate, one, process, ref_of

PEOPLE = {
    key: Attendee(key, function, leader)
    for key, function, leader in [
        ("pm-1", "product", False),
        ("pm-2", "product", False),
        ("seller", "sales", False),
        ("chief", "product", True),
    ]
}
KNOWN = Nameable(PEOPLE, {}, "pm-1")


def planned(story: Story, gate_key: str | None = None) -> ConversationPlan:
    question = Question(story.rules, ref_of(), story.now, gate_key)
    return plan(question, World(story.facts(), story.themes), KNOWN)


def followed(story: Story, plan: ConversationPlan, *, without: int | None = None) -> Readiness:
    """The verdict once the plan is done, but for one of its conversations."""
    question = as_what_if(None, plan)
    if without is not None:
        left_out = question.conversations[without].ref
        question = question.model_copy(
            update={
                "conversations": tuple(c for c in question.conversations if c.ref != left_out),
                "citations": tuple(c for c in question.citations if c.conversation != left_out),
            }
        )
    world = World(story.facts(), story.themes)
    supposed = suppose(world, story.rules.counts, question, KNOWN, plan.ready_at)
    return evaluate(Question(story.rules, ref_of(), plan.ready_at), *supposed)


def needed(*criteria: Criterion, at_gate: Iterable[Criterion] = (), **counts: Any) -> int:
    """How many conversations an untouched concept needs, exactly."""
    rules = process(gate("G1", asks("problem", *criteria), criteria=at_gate), **counts)
    plan = planned(Story(rules))
    assert plan.exact
    return len(plan.talks)


def test_one_conversation_counts_towards_everything_that_it_can_serve() -> None:
    assert needed({"at_least": 5, "of": "conversations"}, {"at_least": 3, "of": "customers"}) == 5
    assert needed({"at_least": 1, "of": "conversations"}, {"at_least": 7, "of": "quotes"}) == 1
    two = process(gate("G1", asks("problem", *[{"at_least": 3, "of": "customers"}]), asks("price")))
    plan = planned(Story(two))
    assert (len(plan.talks), plan.exact) == (3, True)
    assert plan.talks[0].about == (("problem", "supports"), ("price", "supports"))
    assert plan.talks[1].about == (("problem", "supports"),)


def test_what_excludes_each_other_takes_a_conversation_each() -> None:
    segments = [{"at_least": 2, "of": "customers", "where": {"segment": s}} for s in ("smb", "enterprise")]
    assert needed({"at_least": 3, "of": "conversations"}, *segments) == 4
    kinds = [
        {"at_least": 1, "of": "conversations", "where": {"kinds": k}} for k in ("interview", "site_visit")
    ]
    assert needed(*segments, *kinds) == 4
    assert needed({"at_least": 3, "of": "segments"}, {"at_least": 1, "of": "conversations"}) == 3


def test_a_pattern_goes_on_where_most_was_heard() -> None:
    story = Story(one({"pattern": 3}))
    story.state("problem")
    for _ in range(2):
        story.hear(themes=["late"], segment="smb")

    plan = planned(story)

    assert len(plan.talks) == 1
    assert (plan.talks[0].extras.themes, plan.talks[0].profile.attributes["segment"]) == (("late",), "smb")


def test_one_that_disagrees_can_support_another_decision() -> None:
    disagree = {"disconfirmation": 1}
    criterion = {"at_least": 2, "of": "conversations"}
    assert needed(criterion, at_gate=[disagree]) == 3
    two = process(gate("G1", asks("problem", criterion), asks("price"), criteria=[disagree]))
    assert len(planned(Story(two)).talks) == 2


def test_weeks_take_their_time() -> None:
    story = Story(one({"at_least": 3, "of": "weeks"}))
    story.state("problem")
    story.hear(days_ago=0)

    plan = planned(story)

    assert (len(plan.talks), plan.exact) == (2, True)
    assert (plan.ready_at - story.now).days == 14
    assert followed(story, plan).ready


def test_who_must_attend_is_somebody_who_is_there() -> None:
    rules = one(
        {"at_least": 1, "of": "conversations", "where": {"attendee_function": "sales"}},
        {"at_least": 1, "of": "conversations", "where": {"leader_attending": True}},
        {"at_least": 2, "of": "interviewers"},
        {"at_least": 1, "of": "conversations", "where": {"attendee_function": "legal"}},
    )

    plan = planned(Story(rules))

    assert set(plan.talks[0].extras.attendees) == {"pm-1", "pm-2", "seller", "chief"}
    assert plan.not_plannable == {"g1-problem-4": "Nobody under /v1/people is legal."}
    assert followed(Story(rules), plan).blocking == ["g1-problem-4"]


def test_what_no_conversation_meets_is_said() -> None:
    rules = process(
        gate("G1", asks("problem", {"contradictions": "answered"}, {"at_least": 1, "of": "conversations"}))
    )
    story = Story(rules)
    story.state("problem")
    story.hear(stance="contradicts")

    plan = planned(story)

    assert (len(plan.talks), list(plan.not_plannable)) == (1, ["g1-problem-1"])
    assert planned(Story(rules, team=())).not_plannable.keys() == {"g1-problem-2"}


def test_what_is_met_needs_nothing() -> None:
    story = Story(one())
    story.state("problem")
    story.hear()
    assert planned(story) == ConversationPlan(story.now, [], exact=True, not_plannable={})


WHERE = st.fixed_dictionaries(
    {},
    optional={
        "segment": st.sampled_from(["primary", "enterprise", ["smb", "public"]]),
        "relationship_not": st.just(["advocate", "prospect"]),
        "relationship": st.sampled_from(["advocate", ["churned", "lost"]]),
        "kinds": st.sampled_from(["usability_session", ["interview", "site_visit"]]),
        "has": st.sampled_from(["quote", "commitment", ["past_spend", "quote"]]),
        "stance": st.sampled_from(["supports", ["neutral", "mixed"], ["supports", "neutral"]]),
        "attendee_function": st.just("sales"),
        "since": st.just("previous_gate"),
        "within_days": st.sampled_from([None, 20]),
        "conducted_by": st.sampled_from(["own_team", "third_party"]),
    },
)
UNITS = ["conversations", "customers", "participants", "segments", "weeks", "quotes", "interviewers"]
CRITERIA = st.one_of(
    st.fixed_dictionaries({"at_least": st.integers(1, 3), "of": st.sampled_from(UNITS), "where": WHERE}),
    st.fixed_dictionaries({"pattern": st.integers(1, 3), "where": WHERE}),
    st.fixed_dictionaries({"disconfirmation": st.integers(1, 2)}),
    st.just({"contradictions": "answered"}),
)
HEARD = st.lists(
    st.fixed_dictionaries(
        {
            "days_ago": st.integers(0, 100),
            "segment": st.sampled_from(["smb", "enterprise"]),
            "themes": st.sampled_from([[], ["late"]]),
            "stance": st.sampled_from(["supports", "supports", "neutral", "contradicts"]),
            "relationship": st.sampled_from(["prospect", "advocate"]),
            "minutes": st.sampled_from([30, 30, None]),
            "words": st.sampled_from([100, 100, 3]),
            "solution_shown": st.sampled_from([False, False, None]),
        }
    ),
    max_size=3,
)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    def some(most: int) -> list[Criterion]:
        return draw(st.lists(CRITERIA, min_size=1, max_size=most))

    rules: Process = process(gate("G1", asks("problem", *some(3)), asks("price", *some(2)), criteria=some(2)))
    story = Story(rules)
    story.wait(days=120)
    story.state("problem", "price")
    for talk in draw(HEARD):
        story.hear("problem", **talk)
    return story


@given(stories())
def test_following_an_exact_plan_is_enough_and_leaving_any_of_it_out_is_not(story: Story) -> None:
    plan = planned(story)
    if not plan.exact:
        return
    assert set(followed(story, plan).blocking) <= plan.not_plannable.keys()
    for number, _ in enumerate(plan.talks):
        left = set(followed(story, plan, without=number).blocking)
        assert not left <= plan.not_plannable.keys()


def unshaped(story: Story, *talks: str) -> None:
    for talk in talks:
        story.cite(talk, "problem", shaped=False)


def test_a_sentence_each_comes_before_three_talks() -> None:
    story = Story(one({"at_least": 3, "of": "customers"}))
    story.state("problem")
    unshaped(story, *(story.talk() for _ in range(3)))
    plan = planned(story)
    assert [each.reasons for each in plan.repairs] == [("SHAPING_MISSING",)] * 3
    assert (len(plan.talks), plan.exact) == (0, True)
    assert followed(story, plan).ready


def test_what_is_left_unsaid_is_said_and_then_the_rest_is_heard() -> None:
    story = Story(one({"at_least": 4, "of": "customers"}))
    story.state("problem")
    story.hear(minutes=None)
    story.hear(words=3)
    story.hear(consent="none", consent_stated=False)
    plan = planned(story)
    assert {code for each in plan.repairs for code in each.reasons} == {
        "TOO_SHORT",
        "SUMMARY_TOO_THIN",
        "CONSENT_UNKNOWN",
    }
    assert len(plan.talks) == 1
    assert followed(story, plan).ready


def test_what_is_known_otherwise_is_not_mended() -> None:
    story = Story(one({"at_least": 1, "of": "customers"}))
    story.state("problem")
    for talk in ({"minutes": 3}, {"consent": "none"}, {"kind": "survey"}, {"solution_shown": True}):
        story.hear(**talk)
    plan = planned(story)
    assert (plan.repairs, len(plan.talks)) == ((), 1)


def test_a_talk_that_nobody_cited_is_cited_first() -> None:
    story = Story(one({"at_least": 1, "of": "customers"}))
    story.state("problem")
    talk = story.talk()
    plan = planned(story)
    assert [(each.conversation, each.citation, each.decision) for each in plan.repairs] == [
        (talk, None, "problem")
    ]
    assert followed(story, plan).ready


def test_no_more_is_mended_than_is_missing() -> None:
    story = Story(one({"at_least": 1, "of": "customers"}))
    story.state("problem")
    unshaped(story, *(story.talk() for _ in range(3)))
    assert len(planned(story).repairs) == 1


def test_a_theme_is_coded_where_it_may_have_been_voiced() -> None:
    story = Story(one({"at_least": 1, "of": "customers"}, {"pattern": 2}))
    story.state("problem")
    story.hear(themes=["late"])
    story.hear()
    plan = planned(story)
    assert [each.themes for each in plan.repairs] == [("late",)]
    assert followed(story, plan).ready
