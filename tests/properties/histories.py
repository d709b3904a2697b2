"""Random processes, and random histories of a concept under them and under the shipped ones."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hypothesis import strategies as st
from ruamel.yaml import YAML

from schemas.process import Process
from service.domain.facts.progress import progress_of
from service.domain.facts.waivers import due_at, ends_at
from service.domain.record.citation import CitationMade
from service.domain.record.conversation import ConversationRecorded
from service.domain.record.decision import DecisionStated
from service.domain.rules.process_rules import broken_rules, with_ids
from service.domain.rules.waiver_rules import WaiverTerms, criteria_at, request_objection
from tests.domain.building import HONEST, NOW, TICK, Story, asks, days, gate, process

SHIPPED = Path(__file__).parents[2] / "service" / "processes"
HEARD = {"at_least": 1, "of": "conversations", "waivable": False}
FIRST_DAY = NOW - days(400)
"""Stories begin early enough that nothing they tell is later than anybody's clock."""


class History(NamedTuple):
    """A history and the instant at which it is judged, no earlier than its last event."""

    story: Story
    as_of: datetime

    def __repr__(self) -> str:
        lines = [f"{e.seq} {e.at:%m-%d %H:%M} {e.stream} {e.event}" for e in self.story.events]
        return "\n".join(["", str(self.as_of), self.story.rules.model_dump_json(exclude_unset=True), *lines])


# --- processes --------------------------------------------------------------------------------

UNITS = ["conversations", "customers", "participants", "segments", "weeks", "quotes", "interviewers"]
FILTERS: list[dict[str, Any]] = [
    {"segment": "primary"},
    {"segment": ["public", "primary"]},
    {"relationship_not": "advocate"},
    {"relationship": ["prospect", "lost"]},
    {"kinds": ["interview", "site_visit"]},
    {"has": ["quote", "commitment"]},
    {"commitment": "money"},
    {"theme": "Late  news"},
    {"first_hand": True},
    {"leader_attending": True},
    {"attendee_function": "marketing"},
    {"conducted_by": "own_team"},
    {"stance": ["supports", "neutral"]},
    {"since": "previous_gate"},
    {"within_days": 5},
    {"within_days": 40},
    {"within_days": None},
]
levels = st.sampled_from(["must", "must", "must", "should"])
wheres = st.lists(st.sampled_from(FILTERS), max_size=2).map(
    lambda some: {k: v for d in some for k, v in d.items()}
)


def criteria(*filters: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any criterion; some of those with a `where` use one of these filters too."""
    extra = st.sampled_from([{}, *filters])
    where = st.builds(lambda first, second: {**first, **second}, wheres, extra)
    few = st.integers(1, 3)
    return st.one_of(
        st.fixed_dictionaries(
            {"at_least": few, "of": st.sampled_from(UNITS), "where": where, "level": levels}
        ),
        st.fixed_dictionaries({"pattern": few, "where": where, "level": levels}),
        st.fixed_dictionaries({"contradictions": st.just("answered"), "level": levels}),
        st.fixed_dictionaries({"disconfirmation": st.integers(1, 2), "level": levels}),
    )


def decisions(keys: Sequence[str], *filters: dict[str, Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """The first of these as must, and some of the others at any level."""
    more = st.lists(criteria(*filters), max_size=2)
    first = st.builds(lambda some: asks(keys[0], HEARD, *some), more)
    other = st.builds(
        lambda key, level, some: asks(key, HEARD, *some, level=level),
        st.sampled_from(keys[1:]),
        levels,
        more,
    )
    others = st.lists(other, max_size=2, unique_by=lambda asked: str(asked["key"]))
    return st.builds(lambda one, some: [one, *some], first, others)


APPROVALS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{"approvals": 1}, {"approvals": 2}, {"approvals": 2, "first_hand_within_days": 30}]
)
WINDOWS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"within_days": 12}, {"within_days": 12}, {"within_days": None}]
)
OPENS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"opens": {"after_launch_days": 3}}, {"opens": {"after_launch_days": 30, "due_days": 60}}]
)


def gates(
    key: str,
    asked: Sequence[str],
    more: st.SearchStrategy[dict[str, Any]],
    *filters: dict[str, Any],
) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda asked, rules, window, extra: gate(key, *asked, criteria=rules, **window, **extra),
        decisions(asked, *filters),
        st.lists(criteria(*filters) | APPROVALS, max_size=2),
        WINDOWS,
        more,
    )


def checked(rules: Process) -> Process:
    assert broken_rules(rules) == []
    return rules


random_processes: st.SearchStrategy[Process] = st.builds(
    lambda first, second, third, window: checked(process(first, second, third, within_days=window)),
    gates("G1", ["problem", "price"], st.just({})),
    gates("G2", ["solution", "problem", "price"], st.just({"launch": True})),
    gates("G3", ["price", "problem"], OPENS, {"since": "launch"}),
    st.sampled_from([8, 30, 30, None]),
)


@cache
def shipped() -> list[Process]:
    """The processes that come with the service."""
    yaml = YAML(typ="safe")
    paths = sorted(SHIPPED.glob("*.yaml"))
    return [checked(with_ids(Process.model_validate(yaml.load(path)))) for path in paths]


# --- histories --------------------------------------------------------------------------------

Step = tuple[Any, ...]
"""What happens next, and numbers that choose among what there is by then."""

PRODUCT = ["pm-1", "product", False]
FLAWS: list[dict[str, Any]] = [
    {"kind": "sales_call"},
    {"minutes": None},
    {"words": 3},
    {"attendees": []},
    {"attendees": [["somebody", "marketing", True]]},
    {"participants": []},
    {"colleagues": True},
    {"solution_shown": None},
    {"consent": "none"},
]
VARIETY: list[dict[str, Any]] = [
    {},
    {"kind": "site_visit"},
    {"kind": "usability_session"},
    {"relationship": "advocate"},
    {"relationship": "churned"},
    {"conducted_by": "third_party"},
    {"conducted_by": None},
    {"quotes": 2},
    {"commitments": ["money", "time"]},
    {"past_spend": True},
    {"themes": ["late news"]},
    {"themes": ["tax", "late news"]},
    {"participants": ["p1", "p2"]},
    {"attendees": [PRODUCT, ["m-1", "marketing", True]]},
    {"attendees": [PRODUCT, ["pm-2", "product", False]]},
]
RICH: dict[str, Any] = {
    "quotes": 1,
    "commitments": ["money"],
    "themes": ["late news"],
    "attendees": [PRODUCT, ["pm-2", "product", False], ["m-1", "marketing", True], ["s-1", "sales", True]],
}
"""What nearly every filter lets through."""

moments = st.sampled_from(
    [timedelta(), TICK, days(0.001), days(0.0034), days(0.5), days(1), days(2), days(4.9), days(8), days(11)]
)
held_before = st.one_of(moments, moments, moments, st.sampled_from([-TICK, days(-0.003), days(29), days(45)]))
indices = st.integers(0, 11)
stances = st.sampled_from(["supports", "supports", "supports", "contradicts", "mixed", "neutral"])
talks = st.builds(
    lambda customer, segment, *rest: {
        "customer": customer,
        "segment": segment,
        **{k: v for some in rest for k, v in some.items()},
    },
    st.sampled_from(["acme", "bolt", "cora", "dune", "echo"]),
    st.sampled_from(["smb", "smb", "smb", "public", "enterprise"]),
    st.sampled_from([{}, RICH]),
    st.sampled_from(VARIETY),
    st.sampled_from(VARIETY),
    st.sampled_from([{}, {}, {}, {}, *FLAWS]),
)
good_talks = st.builds(
    lambda customer, variety: {"customer": customer, **RICH, **variety},
    st.sampled_from(["acme", "bolt", "cora", "dune", "echo"]),
    st.sampled_from(VARIETY),
)

supports: st.SearchStrategy[Step] = st.tuples(st.just("support all"), good_talks, held_before)
hears: st.SearchStrategy[Step] = st.tuples(
    st.just("hear"), talks, held_before, st.lists(indices, max_size=3), stances, st.booleans()
)
cites: st.SearchStrategy[Step] = st.tuples(st.just("cite"), indices, indices, stances)
withdrawals: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(["withdraw talk", "withdraw citation"]), indices
)
erasures: st.SearchStrategy[Step] = st.tuples(st.just("erase"), indices)
revisions: st.SearchStrategy[Step] = st.tuples(
    st.just("revise"), indices, st.sampled_from([*VARIETY, *FLAWS, {"segment": "public"}])
)
restatements: st.SearchStrategy[Step] = st.tuples(st.just("state"), indices)
changes: st.SearchStrategy[Step] = st.one_of(
    restatements,
    st.tuples(
        st.just("concept"),
        st.sampled_from(
            [
                {"team": ["pm-1", "pm-2", "m-1"]},
                {"team": ["pm-2"]},
                {"segments": ["enterprise"]},
                {"primary_segment": "public"},
            ]
        ),
    ),
)
bookkeeping: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("answer all")), st.tuples(st.just("answer"), indices), st.tuples(st.just("note"))
)
gos: st.SearchStrategy[Step] = st.tuples(st.just("go"))
other_reviews: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(["hold", "recycle", "recycle", "kill", "reopen"]), indices
)
waivers: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("waive"), st.lists(indices, min_size=1, max_size=6), st.integers(1, 12), moments),
    st.tuples(st.just("waive all"), st.integers(1, 12)),
    st.tuples(st.just("revoke"), indices),
)
votes: st.SearchStrategy[Step] = st.tuples(
    st.just("vote"), indices, st.sampled_from(["go", "go", "go", "no_go"]), st.sampled_from([None, 1, 40])
)
moves: st.SearchStrategy[Step] = st.tuples(st.just("move"), st.integers(1, 3))
waits: st.SearchStrategy[Step] = st.tuples(st.just("wait"), moments)
steps = st.one_of(
    supports,
    supports,
    hears,
    hears,
    cites,
    withdrawals,
    erasures,
    revisions,
    restatements,
    changes,
    bookkeeping,
    bookkeeping,
    waivers,
    waivers,
    votes,
    votes,
    gos,
    gos,
    other_reviews,
    moves,
    waits,
    waits,
)


def happen(story: Story, course: Iterable[Step]) -> Story:
    """Let these steps happen to the story."""
    for step in course:
        _happen(story, *step)
    return story


def _happen(story: Story, what: str, *value: Any) -> None:  # noqa: C901, PLR0912, PLR0915 - one case per step
    keys = decision_keys(story.rules)
    made = [e.event.citation for e in story.events if isinstance(e.event, CitationMade)]
    talked = [e.stream for e in story.events if isinstance(e.event, ConversationRecorded)]
    known = stated_in(story)
    stated = [key for key in keys if key in known]
    following = next_gate(story)
    match what, *value:
        case "wait", moment:
            story.wait(exactly=moment)
        case "support all", talk, before:
            story.state(*(key for key in keys if key not in stated))
            story.hear(*keys, held_at=story.now - before, **talk)
        case "hear", talk, before, chosen, stance, shaped:
            id = story.talk(held_at=story.now - before, **talk)
            for key in dict.fromkeys(keys[index % len(keys)] for index in chosen):
                if key in stated:
                    story.cite(id, key, stance, shaped=shaped)
        case "cite", talk, decision, stance if talked and stated:
            story.cite(talked[talk % len(talked)], stated[decision % len(stated)], stance)
        case "withdraw talk", talk if talked:
            story.withdraw(talked[talk % len(talked)])
        case "withdraw citation", citation if made:
            story.withdraw(made[citation % len(made)])
        case "erase", talk if talked:
            story.erase(talked[talk % len(talked)])
        case "revise", talk, changed if talked:
            story.revise(talked[talk % len(talked)], **changed)
        case "state", decision:
            story.state(keys[decision % len(keys)])
        case "concept", changed:
            story.change(**changed)
        case "answer", citation if made:
            answer(story, made[citation % len(made)])
        case ("answer all",):
            for citation in made:
                answer(story, citation)
        case ("note",) if following:
            story.note(following)
        case ("go",) if following:
            story.go(following)
        case "vote", person, vote, days_ago if following:
            spoke = story.now - days(days_ago) if days_ago else None
            story.vote(f"gatekeeper-{person % 3}", vote, gate=following, first_hand_at=spoke)
        case (("waive" | "waive all" | "revoke"), *_):
            _exempt(story, following, what, *value)
        case "recycle", index if following:
            order = [gate.key for gate in story.rules.gates]
            to = order[index % (order.index(following) + 1)]
            story.review("recycle", following, to=to)
        case ("hold" | "kill", _) if following:
            story.review(what, following)
        case "move", version if version != story.version:
            story.move(version)
        case "reopen", _:
            story.review("reopen")


def _exempt(story: Story, following: str | None, what: str, *value: Any) -> None:
    given = [w.id for w in story.facts().waivers.values() if not w.revoked_at]
    match what, *value:
        case "waive", chosen, lasting, moment if following:
            ids = waivable(story, following)
            due = story.now + moment if days(lasting) > moment > timedelta() else None
            if picked := {ids[index % len(ids)] for index in chosen if ids}:
                story.waive(*picked, gate=following, days=lasting, due_at=due)
        case "waive all", lasting if following and waivable(story, following):
            story.waive(*waivable(story, following), gate=following, days=lasting)
        case "revoke", index if given:
            story.rule(given[index % len(given)], "revoked")


def waivable(story: Story, key: str) -> list[str]:
    """The criteria that a waiver may still be asked for at this gate."""
    facts = story.facts()
    way = progress_of(story.rules, facts.reviews)
    asked = next(gate for gate in story.rules.gates if gate.key == key)
    return [
        id
        for id in criteria_at(story.rules, asked, facts, way)
        if request_objection(story.rules, facts, way, WaiverTerms(key, (id,), 1, None), story.now) is None
    ]


def next_gate(story: Story) -> str | None:
    following = progress_of(story.rules, story.facts().reviews).next_gate
    return following.key if following else None


def answer(story: Story, citation: str) -> None:
    """Answer what a citation says against today's statement of its decision."""
    story.answer(citation, story.facts().citations[citation].decision)


def stated_in(story: Story) -> set[str]:
    """The decisions that are stated."""
    return {e.event.decision for e in story.events if isinstance(e.event, DecisionStated)}


def decision_keys(rules: Process) -> list[str]:
    """Every decision that some gate asks for."""
    return list(dict.fromkeys(decision.key for gate in rules.gates for decision in gate.decisions))


def new_story(rules: Process) -> Story:
    return Story(rules, now=FIRST_DAY, segments=["public"])


gate_passed: st.SearchStrategy[list[Step]] = st.builds(
    lambda support, moment: [support, ("note",), ("go",), ("wait", moment)], supports, moments
)
random_stories = st.builds(
    lambda rules, passed, good, rest: happen(new_story(rules), [*chain(*passed), *good, *rest]),
    random_processes,
    st.lists(gate_passed, max_size=2),
    st.lists(supports, max_size=5),
    st.lists(steps, max_size=14),
)


def walked(rules: Process, gates: int, talks: int, events: Iterable[Step]) -> Story:
    """A good team walks through so many gates, talks for the next, and then these steps happen."""
    story = new_story(rules)
    for number, asked in enumerate(rules.gates[: gates + 1]):
        keys = [decision.key for decision in asked.decisions]
        if asked.opens:
            story.wait(days=asked.opens.after_launch_days)
        story.state(*(key for key in keys if key not in stated_in(story)))
        enough = number < gates
        for talk in range(13 if enough else talks):
            story.hear(*keys, days_ago=10 - talk * 0.75, **good_talk(talk))
        story.note(asked.key)
        for person in ("gatekeeper-1", "gatekeeper-2"):
            story.vote(person, gate=asked.key)
        if enough:
            story.go(asked.key)
            story.wait(days=11)
    return happen(story, events)


def good_talk(number: int) -> dict[str, Any]:
    kinds = ["usability_session", "site_visit"]
    relationships = ["prospect", "customer", "churned", "lost"]
    variety = {"kind": kinds[number % 2], "relationship": relationships[number % 4]}
    return {**HONEST, **RICH, "past_spend": True, **variety}


@st.composite
def shipped_stories(draw: st.DrawFn) -> Story:
    rules = draw(st.sampled_from(shipped()))
    gates = draw(st.integers(0, len(rules.gates) - 1))
    return walked(rules, gates, draw(st.sampled_from([13, 13, 2])), draw(st.lists(steps, max_size=4)))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Any history, judged at its end, or later: often at the very instant at which something ends."""
    story = draw(st.one_of(random_stories, random_stories, random_stories, shipped_stories()))
    later = [instant for instant in turning_points(story) if instant >= story.now]
    ends = [story.now, story.now + days(0.001), story.now + days(5), *later]
    as_of = draw(st.sampled_from(ends)) if draw(st.booleans()) else story.now
    return History(story, as_of)


def turning_points(story: Story) -> list[datetime]:
    """Every instant at which age could matter: what was held, plus every window; gates that open."""
    rules = story.rules
    windows = {rules.counts.within_days, *(gate.within_days for gate in rules.gates)}
    every = (c for g in rules.gates for c in (*g.criteria, *(c for d in g.decisions for c in d.criteria)))
    windows |= {c.where.within_days for c in every if hasattr(c, "where")}
    opens = {gate.opens.after_launch_days for gate in rules.gates if gate.opens}
    facts = story.facts()
    talks = facts.conversations.values()
    starts = {at for c in talks for at in (c.held_at, c.over_at)} | {n.at for n in facts.notes}
    ends = {at for w in facts.waivers.values() for at in (ends_at(w), due_at(w)) if at}
    return sorted(
        starts
        | ends
        | {start + days(window) for start in starts for window in windows if window}
        | {review.at + days(after) for review in facts.reviews for after in opens}
    )


T = TypeVar("T")


def sample(every: Sequence[T], most: int = 12) -> Sequence[T]:
    """So many of them at most, spread evenly."""
    return every[:: len(every) // most + 1]
