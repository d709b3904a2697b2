"""A small world in which everything happened that this release can record. Run by hand: see make.py."""

from typing import Any

import anyio
from fastapi.testclient import TestClient

from service.delivery.targets import Targets
from service.delivery.worker import Worker
from service.store.sql.engine import Database
from service.usecases.audit.signing import rotate_key
from service.usecases.notify.webhooks import disable, service_caller
from service.usecases.operations.example import load_example
from service.usecases.unit_of_work import Caller
from tests.conftest import START, FixedClock
from tests.contract.story import YAML, tell
from tests.gateproof import Body, Gateproof, expect

WORDS = "Words for the golden log, ünï 😀"

GOLDEN = """
title: Golden
counts: {{within_days: 60}}
waivers: {{max_days: 20}}
gates:
  - key: G1
    title: Worth building
    stage: building
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {{id: heard, at_least: 1, of: conversations, waivable: false}}
          - {{id: customers, at_least: {least}, of: customers}}
          - {{id: shared, pattern: 2, why: A pattern and not one loud request}}
          - {{id: quoted, level: should, at_least: 3, of: quotes, where: {{has: quote}}}}
    criteria:
      - {{id: answered, contradictions: answered, waivable: false}}
      - {{id: against, disconfirmation: 1}}
      - {{id: consent, approvals: 1, first_hand_within_days: 30}}
  - key: G2
    title: Worth launching
    stage: launched
    launch: true
    within_days: 40
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {{id: still-heard, at_least: 1, of: conversations, waivable: false}}
          - {{id: fresh, at_least: 1, of: conversations, where: {{since: previous_gate}}}}
      - key: price
        title: The price
        criteria:
          - {{id: price-heard, at_least: 1, of: conversations, waivable: false}}
          - id: price-bound
            at_least: 1
            of: customers
            where: {{has: [commitment, past_spend], segment: primary, relationship_not: advocate}}
  - key: PLR
    title: Afterwards
    stage: in_market
    opens: {{after_launch_days: 5, due_days: 30}}
    decisions:
      - key: price
        title: The price
        criteria:
          - {{id: price-lasts, at_least: 1, of: conversations, waivable: false}}
          - {{id: price-holds, at_least: 1, of: conversations, where: {{since: launch, within_days: null}}}}
          - {{id: weeks, at_least: 2, of: weeks, level: should}}
"""
LOOSE = """title: Loose
mode: {mode}
gates:
  - key: L1
    title: Heard
    stage: heard
    decisions:
      - {{key: problem, title: The problem, criteria: [{{at_least: 2, of: conversations, waivable: false}}]}}
"""
LABELS: Body = {"themes": ["Late news", "tax"], "quotes": [{"text": "Too late.", "participant": "p1"}]}


class World:
    """The administrator's calls, and the clock that they move."""

    def __init__(self, db: Database, client: TestClient, clock: FixedClock) -> None:
        self.db, self.clock = db, clock
        self.say = Gateproof(client, clock)

    def publish(self, key: str, document: str) -> None:
        expect(
            self.say.client.put(f"/v1/processes/{key}", content=document, headers={"Content-Type": YAML}), 201
        )

    def concept(self, key: str, process: str = "golden", **fields: Any) -> None:
        self.say.concept(key, process=process, **fields)
        for decision in ("problem", "price") if process == "golden" else ("problem",):
            self.say.state(decision, key)

    def hear(self, key: str, *decisions: str, talks: int = 2, **fields: Any) -> list[str]:
        """Conversations that support these decisions; the citations' ids."""
        made = []
        for _ in range(talks):
            talk = self.say.talk(**(LABELS | {"attendees": ["pm-1", "gate-1"], "days_ago": 3} | fields))
            made += [self.say.cite(talk, decision, concept=key)["id"] for decision in decisions]
        return made

    def note(self, key: str, gate: str) -> None:
        self.say.post(
            f"/concepts/{key}/disconfirmation-notes", {"gate": gate, "note": f"None found for {gate}"}
        )

    def pass_first(self, key: str) -> Body:
        """Everything for G1, and the go."""
        self.hear(key, "problem")
        self.note(key, "G1")
        self.say.vote("G1", concept=key)
        return self.say.review("G1", "go", key)

    def launch(self, key: str) -> None:
        self.pass_first(key)
        self.clock.move(days=6)
        self.hear(key, "problem", "price", commitments=[{"kind": "money", "text": "Paid a deposit"}])
        self.say.review("G2", "go", key)


def live(db: Database, client: TestClient, clock: FixedClock, id_token: str) -> None:
    """The story that every contract test tells, the example, and all else that can happen."""
    for _ in tell(client, WORDS):
        pass
    load_example(db, START)
    bearer = {"Authorization": f"Bearer {id_token}"}
    expect(client.post("/v1/token-exchange", json={}, headers=bearer), 201)
    world = World(db, client, clock)
    clock.move(days=1, microseconds=7)
    world.publish("golden", GOLDEN.format(least=2))
    world.publish("golden", GOLDEN.format(least=3))
    for mode in ("warn", "observe"):
        world.publish(mode, LOOSE.format(mode=mode))
    _nouns(world)
    for chapter in (_launched, _waived, _killed, _refused, _modes, _moved, _uncounted, _outdated, _elsewhere):
        clock.move(hours=5, microseconds=3)
        chapter(world)
    rotate_key(db, Caller(person="admin", clock=clock))
    world.concept("golden-ready", process_version=1)
    world.pass_first("golden-ready")
    _erased(world)
    _machinery(world)


def _nouns(world: World) -> None:
    say = world.say
    say.post("/portfolios", {"key": "water", "name": "Water", "processes": ["golden"], "retention_days": 400})
    say.patch("/portfolios/energy", {"retention_days": 900}, **{"If-Match": "*"})
    say.post("/people", {"key": "lead", "name": "Lead", "function": "marketing", "leader": True})
    for person in ("gate-1", "gate-2"):
        say.gatekeeper(person)
    for key, segment, relationship in (("bolt", "smb", "advocate"), ("cora", "public", "churned")):
        say.customer(key, segment=segment, relationship=relationship, name=f"{key} Ltd")
    say.patch("/customers/bolt", {"relationship": "lost", "reason": "They left"}, **{"If-Match": '"1"'})


def _launched(world: World) -> None:
    """Two that were launched: one is judged twice, and one recycled, launched again and judged anew."""
    say, clock = world.say, world.clock
    for key in ("launched", "relaunched"):
        world.concept(f"golden-{key}", process_version=1, external=[{"system": "jira", "id": f"PRD-{key}"}])
        world.launch(f"golden-{key}")
    clock.move(days=7)
    for key in ("golden-launched", "golden-relaunched"):
        say.judge("problem", "held", concept=key, learning="generalise")
        say.judge("price", "did_not_hold", concept=key)
    clock.move(days=2)
    again = {"headers": {"If-Match": '"1"'}, "status": 200}
    say.judge("price", "held", concept="golden-launched", learning="leave_behind", **again)
    say.restate("price", "We charge otherwise", "golden-launched")
    say.review("PLR", "recycle", "golden-relaunched", to="G2", conversations=[say.talk()])
    world.hear("golden-relaunched", "problem", "price", past_spend="A broker")
    say.review("G2", "go", "golden-relaunched")
    clock.move(days=6)
    say.judge("problem", "did_not_hold", concept="golden-relaunched")
    world.hear("golden-relaunched", "price", days_ago=1)
    say.review("PLR", "go", "golden-relaunched")


def _waived(world: World) -> None:
    """Rejected, approved and used, revoked, expired; what was owed came for one and not for the other."""
    say, clock = world.say, world.clock
    for key in ("paid", "owing"):
        concept = f"golden-{key}"
        world.concept(concept, process_version=1)
        world.hear(concept, "problem", talks=1)
        world.note(concept, "G1")
        say.reject(say.request("customers", concept=concept, days=5), concept=concept)
        due = {"evidence": "A second customer", "by": "lead", "due_at": _later(clock, days=8)}
        waiver = say.request("customers", "shared", concept=concept, days=10, owed=due)
        say.approve(waiver, concept=concept)
        say.vote("G1", concept=concept)
        say.review("G1", "go", concept)
        spare = say.request("fresh", gate="G2", concept=concept, days=20)
        say.approve(spare, concept=concept, by="gate-2")
        say.revoke(spare, concept=concept)
        say.request("price-bound", gate="G2", concept=concept, days=3)
        clock.move(days=1)
    world.hear("golden-paid", "problem", days_ago=0.5)
    clock.move(days=12)
    world.hear("golden-owing", "price", talks=1, kind="survey")


def _later(clock: FixedClock, **by: float) -> str:
    later = FixedClock()
    later.instant = clock()
    later.move(**by)
    return later().isoformat()


def _killed(world: World) -> None:
    """Killed and reopened by a talk, then by an override, then held; another stays killed."""
    say, clock = world.say, world.clock
    for key in ("golden-reopened", "golden-dead"):
        world.concept(key)
        world.hear(key, "problem", talks=1)
        say.review("G1", "kill", key, conversations=[say.talk("cora")])
    clock.move(days=2)
    say.review(None, "reopen", "golden-reopened", conversations=[say.talk(days_ago=1)])
    say.review("G1", "kill", "golden-reopened")
    clock.move(days=1)
    say.review(None, "reopen", "golden-reopened", override={"reason": "Killed by mistake"})
    say.review("G1", "recycle", "golden-reopened")
    say.review("G1", "hold", "golden-reopened", conversations=[say.talk()])
    say.review("G1", "go", "golden-dead", 409)


def _refused(world: World) -> None:
    """A go that is not earned, one at a gate that others come before, and answered contradictions."""
    say = world.say
    world.concept("golden-refused", process_version=1)
    say.review("G1", "go", "golden-refused", 409)
    say.review("G2", "go", "golden-refused", 409)
    world.hear("golden-refused", "problem", "price")
    contradiction = say.cite(say.talk("bolt"), "problem", "contradicts", "golden-refused")["id"]
    say.cite(say.talk("bolt", **LABELS), "problem", "mixed", "golden-refused", excerpt="Where it hurts")
    say.cite(say.talk(), "problem", "neutral", "golden-refused")
    say.answer(contradiction, "It stands, for the others", "golden-refused")
    say.restate("problem", "The same, in other words", "golden-refused")
    say.answer(
        contradiction, "It stands for everybody else", "golden-refused", **{"Idempotency-Key": "again"}
    )
    say.restate("problem", "The same, in other words", "golden-refused", owner="pm-1")
    world.note("golden-refused", "G1")
    say.vote("G1", "no_go", concept="golden-refused")


def _modes(world: World) -> None:
    """What is not enforced lets pass."""
    for mode in ("warn", "observe"):
        world.concept(f"golden-{mode}", process=mode)
        if mode == "warn":
            world.say.review("L1", "go", "golden-warn", 409)
        world.say.review("L1", "go", f"golden-{mode}", acknowledged=mode == "warn")


def _moved(world: World) -> None:
    """To a stricter version, and to another process with a set of others."""
    say = world.say
    for key, process in (("golden-moved", "golden"), ("golden-swept", "observe")):
        world.concept(key, process, process_version=1, origin="mandate", segments=["public", "smb"])
        world.hear(key, "problem")
    say.post("/concepts/golden-moved/process", {"version": 2, "reason": "Stricter"}, 200)
    asked = {"key": "golden", "version": 1, "portfolios": ["energy"]}
    many = say.post("/processes/observe/moves/preview", asked, 200)
    say.post("/processes/observe/moves", asked | {"reason": "Stricter", "set": many["set"]}, 200)
    changed = {"title": "Moved on", "primary_segment": "public", "segments": [], "team": ["lead", "pm-1"]}
    say.patch("/concepts/golden-moved", changed, **{"If-Match": "*"})


def _uncounted(world: World) -> None:
    """Each way not to count, and each way to change what was recorded."""
    say, key = world.say, "golden-uncounted"
    world.concept(key, process_version=1)
    notes = {"system": "notes", "id": "N-1", "url": "https://n.example/1"}
    for fields in (
        {"kind": "survey"},
        {"days_ago": 70},
        {"days_ago": -0.002},
        {"duration_minutes": 5},
        {"duration_minutes": None},
        {"summary": "Thin."},
        {"attendees": ["lead"]},
        {"participants": [{"ref": "p9", "colleague": True}]},
        {"solution_shown": None},
        {"consent": "none"},
        {"conducted_by": "third_party", "external": [notes]},
    ):
        say.cite(say.talk(**fields), "problem", concept=key)
    bare = say.talk(**LABELS, consent="quote_publicly")
    say.cite(bare, "problem", concept=key, shaped=None)
    shaped = {"effect": "changed", "from": "Once", "to": "Now", "note": "Copied words"}
    for _ in range(2):
        say.cite(say.talk(days_ago=4), "problem", concept=key, shaped=shaped)
    say.cite(say.talk(), "price", concept=key)
    say.restate("price", "Another price", key)
    withdrawn = say.cite(bare, "price", concept=key)["id"]
    say.withdraw(withdrawn, key)
    talk = say.talk("cora", **LABELS, commitments=[{"kind": "reputation", "text": "Speaks for us"}])
    say.cite(talk, "problem", concept=key, excerpt="The passage")
    say.revise(talk, duration_minutes=None, segment="smb", relationship="stranger")
    say.revise(talk, customer="bolt", duration_minutes=45, themes=["late  NEWS"])
    for consent in ("none", "notes", "quote_internally"):
        say.consent(talk, consent)
    gone = say.talk(**LABELS)
    say.cite(gone, "problem", concept=key)
    say.post(f"/conversations/{gone}/withdraw", {"reason": "A cousin"}, 200)


def _outdated(world: World) -> None:
    """One vote after the other, and what it was outdated by."""
    say, key = world.say, "golden-outdated"
    world.concept(key, process_version=1)
    first, second = world.hear(key, "problem", "price")[:3:2]
    customers = [say.talk() for _ in range(2)]
    erased = say.cite(customers[0], "problem", concept=key)["conversation"]
    say.vote("G1", concept=key)
    say.restate("problem", "Put otherwise", key)
    say.vote("G1", concept=key)
    contradicted = say.cite(customers[1], "problem", "contradicts", key)["id"]
    say.vote("G1", concept=key, by="gate-2")
    say.answer(contradicted, "Seen", key)
    say.approve(say.request("against", concept=key, days=5), concept=key, by="gate-2")
    say.vote("G1", concept=key, position=say.readiness(key)["position"])
    say.withdraw(first, key)
    say.withdraw(second, key)
    say.vote("G1", concept=key)
    customer = say.get(f"/conversations/{erased}")["customer"]
    say.post(f"/customers/{customer}/erase", {"reason": "By letter"}, 200)
    say.vote("G1", concept=key)
    say.post(f"/concepts/{key}/process", {"version": 2, "reason": "Stricter"}, 200)
    say.vote("G1", "no_go", concept=key)


def _elsewhere(world: World) -> None:
    """What other systems brought, twice, and the second portfolio."""
    say = world.say
    account = {"key": "wet", "portfolio": "water", "segment": "public", "relationship": "customer"}
    for relationship in ("prospect", "customer"):
        path, status = "/customers/by-external/crm/A-1", 201 if relationship == "prospect" else 200
        say.put(path, account | {"relationship": relationship, "name": "Wet"}, status)
    idea = {"key": "golden-wet", "portfolio": "water", "title": "Wet", "process": "golden", "team": ["pm-1"]}
    idea |= {"origin": "technology_push", "primary_segment": "public"}
    for title, status in (("Wet", 201), ("Wetter", 200)):
        say.put("/concepts/by-external/jira/WET-1", idea | {"title": title}, status)
    say.state("problem", "golden-wet")
    talk = say.talk("wet", portfolio="water", **LABELS)
    say.cite(talk, "problem", concept="golden-wet")
    say.post("/conversations/bulk", {"mode": "each", "conversations": [{"portfolio": "water"}]}, 422)


def _erased(world: World) -> None:
    """A customer whose talks gates, answers and verdicts rest on; and one participant of another."""
    say = world.say
    outcome = say.get("/concepts/golden-launched/decisions/problem/outcome")
    judged = say.get(f"/conversations/{outcome['evidence'][0]['conversation']}")["customer"]
    say.post(f"/customers/{judged}/erase", {"reason": "They asked"}, 200)
    say.post("/customers/bolt/erase", {"reason": "They asked", "participant": "p1"}, 200)
    cited = say.get("/concepts/golden-launched/citations", limit=1)["items"][0]["conversation"]
    say.post(f"/customers/{say.get(f'/conversations/{cited}')['customer']}/erase", {"reason": "Asked"}, 200)


def _machinery(world: World) -> None:
    """Requests with keys, webhooks, badges, and a worker that went over it all."""
    say, db, clock = world.say, world.db, world.clock
    say.post("/people", {"key": "keyed", "name": "Keyed", "function": "sales"}, **{"Idempotency-Key": "once"})
    wanted = {"url": "https://192.88.99.1/in", "types": ["readiness.ready"], "portfolios": ["energy"]}
    webhook = say.post("/webhooks", wanted | {"payload": "full"})["id"]
    say.post(f"/webhooks/{webhook}/ping", {})
    say.post("/concepts/golden-launched/badges", {"gate": "G1"})
    anyio.run(Worker(db, clock, Targets(resolve=_nobody)).run_until_idle)
    disable(db, service_caller(clock), webhook, "failing")


async def _nobody(_: str, __: int) -> tuple[str, ...]:
    return ()


def live_through_a_leap(_: Database, client: TestClient, clock: FixedClock, __: str) -> None:
    """Gates that were passed while a clock was ahead, and since."""
    say = Gateproof(client, clock)
    say.begin()
    say.ready_at_g1()
    clock.move(days=400)
    for talk in [say.talk() for _ in range(3)]:
        say.cite(talk, "problem")
        say.cite(talk, "target_customer")
    say.review("G1", "go")
    clock.move(days=-399)
    say.post("/audit/leaps/end", {}, 200)
    say.talk()
    clock.move(hours=1)
    say.review("G2", "go", status=409)


def live_through_ways_out(_: Database, client: TestClient, clock: FixedClock, __: str) -> None:
    """A slip, an admission and another wording, each confirmed; and a gate that was passed on them."""
    say = Gateproof(client, clock)
    say.begin()
    say.state("problem")
    say.state("target_customer")
    talks = [say.talk(duration_minutes=12 if n == 0 else 30) for n in range(3)]
    wrong = say.cite(talks[1], "problem", "contradicts")["id"]
    room, reason = "/concepts/tariff-radar/citations", {"reason": WORDS}
    say.post(f"{room}/{wrong}/withdraw", reason, 200)
    clock.move(hours=1)
    say.post(f"{room}/{wrong}/slip", reason, 200, **say.gatekeeper())
    for talk in talks:
        for decision in ("problem", "target_customer"):
            made = say.cite(talk, decision)
            if talk == talks[0]:
                say.post(f"{room}/{made['id']}/admit", reason, 200, **say.gatekeeper())
    body = {"statement": "Said in other words", "owner": "pm-1", "wording_only": True}
    path = "/concepts/tariff-radar/decisions/problem"
    say.client.put(f"/v1{path}", json=body, headers={"If-Match": '"1"'})
    say.post(f"{path}/wording", reason, 200, **say.gatekeeper())
    say.review("G1", "go")


def live_through_mergers(_: Database, client: TestClient, clock: FixedClock, __: str) -> None:
    """Themes and customers that were merged, and talks that were coded, before anything was decided."""
    say = Gateproof(client, clock)
    say.begin()
    say.ready_at_g1()
    clock.move(hours=1)
    talks = [say.talk(themes=[label]) for label in ("late news", "late notice", "dear")]
    for talk in talks:
        say.cite(talk, "problem")
    clock.move(hours=1)
    notice = say.post("/themes", {"portfolio": "energy", "label": "late notice"})["id"]
    renamed = say.post(f"/themes/{notice}/rename", {"label": "hears too late", "reason": "Clearer"}, 200)[
        "id"
    ]
    news = say.post("/themes", {"portfolio": "energy", "label": "late news"})["id"]
    say.post(f"/themes/{news}/merge", {"into": renamed, "reason": "One thing"}, 200)
    coded = say.post("/themes", {"portfolio": "energy", "label": "written by lawyers"})["id"]
    say.post(f"/themes/{coded}/conversations", {"conversations": talks}, 200)
    clock.move(hours=1)
    first, second = (say.get(f"/conversations/{talk}")["customer"] for talk in talks[:2])
    say.post(f"/customers/{first}/merge", {"into": second, "reason": "The CRM did"}, 200)
