"""What may happen to concepts over the API, as data: the processes they go by, and strategies for steps.

A step is a name and what it needs to know; numbers choose among what there is by then. living.py says how
each is called.
"""

from typing import Any

from hypothesis import strategies as st

Step = tuple[Any, ...]

PROCESS = """title: Mixed
mode: {mode}
counts: {{within_days: 30}}
waivers: {{max_days: 12}}
gates:
  - key: {first}
    title: First
    stage: first
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {{id: heard, at_least: 1, of: conversations, waivable: false}}
          - {{id: {counted}, at_least: {least}, of: customers}}
          - {{id: fresh, at_least: 1, of: customers, where: {{within_days: 5}}, level: should}}
    criteria:
      - {{id: answered, contradictions: answered, waivable: false}}
  - key: G2
    title: Second
    stage: second
    launch: true
    within_days: 12
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {{id: still-heard, at_least: 1, of: conversations, waivable: false}}
          - {{id: shared, pattern: 2}}
      - key: price
        title: The price
        criteria:
          - {{id: price-heard, at_least: 1, of: conversations, waivable: false}}
          - {{id: {price}, at_least: 2, of: quotes}}
    criteria:
      - {{id: against, disconfirmation: 1}}
      - {{id: new, at_least: 1, of: conversations, where: {{since: previous_gate}}}}
      - {{id: consent, approvals: 1}}
  - key: G3
    title: Third
    stage: third
    opens: {{after_launch_days: 3, due_days: 50}}
    decisions:
      - key: price
        title: The price
        criteria:
          - {{id: price-holds, at_least: 1, of: conversations, waivable: false}}
          - {{id: late, at_least: 1, of: weeks, where: {{theme: late news, segment: primary}}}}
    criteria:
      - {{id: consents, approvals: 2, first_hand_within_days: 20}}
"""
USUAL = {"mode": "enforce", "first": "G1", "least": 2, "counted": "customers", "price": "quoted"}
VERSIONS: list[dict[str, Any]] = [
    USUAL,
    {**USUAL, "least": 3},
    {**USUAL, "first": "S1", "least": 1},
    {**USUAL, "mode": "warn", "price": "said"},
    {**USUAL, "mode": "observe"},
    {**USUAL, "counted": "others", "price": "customers"},
]
"""In one the first gate has another key; in the last an id stands for another decision's criterion."""
DOCUMENTS = [PROCESS.format(**version) for version in VERSIONS]
"""In the order of publishing."""

# --- what there is ----------------------------------------------------------------------------

CUSTOMERS = {"acme": "smb", "bolt": "smb", "cora": "smb", "dune": "public"}
DECISIONS = ("problem", "price")
GATEKEEPERS = ("gate-1", "gate-2", "gate-3")

index = st.integers(0, 7)
of = st.sampled_from([0, 0, 0, 1])
"""Which of the two concepts."""
decision = st.sampled_from(DECISIONS)
customer = st.sampled_from(tuple(CUSTOMERS))
stance = st.sampled_from(["supports"] * 5 + ["contradicts", "mixed", "neutral"])
rich: dict[str, Any] = {"themes": ["Late news"], "quotes": 2, "attendees": ["pm-1", "gate-1"]}
talk = st.builds(
    lambda who, held, *rest: {
        "customer": who,
        "held": held,
        **{k: v for some in rest for k, v in some.items()},
    },
    customer,
    st.sampled_from(
        [{"days": 0}, {"minutes": -4}, {"hours": 1}, {"days": 1}, {"days": 4}, {"days": 9}, {"days": 25}]
    ),
    st.sampled_from([{}, {}, rich, rich, rich]),
    st.sampled_from(
        [
            {},
            {},
            {},
            {"duration_minutes": None},
            {"kind": "survey"},
            {"attendees": ["admin"]},
            {"consent": "notes"},
            {"themes": ["late  NEWS", "tax"]},
            {"solution_shown": None},
        ]
    ),
)
change = st.sampled_from(
    [
        {"duration_minutes": None},
        {"duration_minutes": 20},
        {"segment": "public"},
        {"segment": "smb"},
        {"attendees": []},
        {"attendees": ["pm-1"]},
        {"customer": "bolt"},
        {"themes": []},
        {"themes": ["late news"]},
        {"kind": "interview"},
    ]
)
about = st.sampled_from(
    [
        {"team": ["pm-1", "admin"]},
        {"team": ["admin"]},
        {"team": ["pm-1"]},
        {"segments": ["public"]},
        {"segments": []},
        {"primary_segment": "public"},
        {"primary_segment": "smb"},
    ]
)
apart = st.sampled_from(
    [
        {"microseconds": 1},
        {"minutes": 3},
        {"hours": 5},
        {"days": 1},
        {"days": 2},
        {"days": 3},
        {"days": 6},
        {"days": 13},
    ]
)
turning = st.sampled_from(["passes_until", "passes_until", "next_change_at", "owed", "waiver"])
lasting = st.sampled_from([1, 2, 3, 5, 12])
due = st.sampled_from([None, None, {"hours": 5}, {"days": 1}, {"days": 2}, {"days": 12}])

# --- what happens -----------------------------------------------------------------------------


def step(name: str, *needs: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), *needs)


STEPS: list[tuple[int, st.SearchStrategy[Step]]] = [
    (4, step("wait", apart)),
    (6, step("wait until", of, turning, st.sampled_from([-1, 0, 0, 1]))),
    (3, step("talk", talk)),
    (6, step("hear", of, talk, st.sampled_from([["problem"], ["problem", "price"]]), stance)),
    (3, step("cite", of, index, decision, stance)),
    (5, step("hear enough", of)),
    (2, step("revise", index, change)),
    (2, step("consent", index, st.sampled_from(["none", "notes", "quote_internally"]))),
    (2, step("withdraw talk", index)),
    (2, step("withdraw citation", of, index)),
    (1, step("erase", customer)),
    (2, step("state", of, decision, st.sampled_from(["One", "Two"]))),
    (1, step("hand over", of, decision)),
    (2, step("answer all", of)),
    (2, step("note", of)),
    (1, step("change concept", of, about)),
    (1, step("change customer", customer, st.sampled_from(["smb", "public"]))),
    (4, step("request", of, st.lists(index, min_size=1, max_size=4), lasting, due)),
    (6, step("waive what blocks", of, lasting, due)),
    (3, step("rule", of, index, st.sampled_from(["approve", "approve", "reject", "revoke"]))),
    (3, step("vote", of, st.sampled_from(GATEKEEPERS), st.sampled_from(["go", "go", "go", "no_go"]))),
    (3, step("vote on what was read", of, st.sampled_from(GATEKEEPERS))),
    (4, step("review", of, st.sampled_from(["go", "go", "hold", "recycle", "kill", "reopen"]), index)),
    (6, step("pass", of)),
    (4, step("move", of, st.integers(1, len(VERSIONS)))),
]
"""Each with how often it is to happen, next to the others."""

happening = st.one_of([each for times, each in STEPS for _ in range(times)])
MOVING = ("wait", "wait until", "pass")
unmoving = happening.filter(lambda s: s[0] not in MOVING)
"""What leaves the clock where it is."""
EARLIER = {"customer": "acme", "held": {"hours": 1}, "themes": ["Late news"], "quotes": 1}
CONDITIONALLY: list[Step] = [
    ("hear", 0, EARLIER, ["problem", "price"], "supports"),
    ("note", 0),
    ("vote", 0, "gate-2", "go"),
    ("waive what blocks", 0, 3, {"days": 2}),
    ("vote", 0, "gate-2", "go"),
    ("review", 0, "go", 0),
]
OPENINGS: list[list[Step]] = [
    [],
    [("hear enough", 0)],
    [("pass", 0)],
    [("pass", 0), ("pass", 0)],
    [("state", 0, "problem", "One"), ("state", 0, "price", "One"), *CONDITIONALLY],
    [("pass", 0), *CONDITIONALLY],
    [("pass", 0), ("pass", 0), ("wait", {"days": 3}), ("hear enough", 0), ("note", 0)],
]
"""How far the first concept is when the rest begins."""
lives = st.builds(
    lambda opening, rest: [*((0, each) for each in opening), *rest],
    st.sampled_from(OPENINGS),
    st.lists(st.tuples(st.integers(0, 1), happening), min_size=3, max_size=18),
)
"""Each step through the one service or the other."""
