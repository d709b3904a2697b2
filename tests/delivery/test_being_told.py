"""What a webhook is told: each flip once, signed, with its true instant."""

from datetime import timedelta

from schemas.bot_readiness import BotReadiness
from schemas.flips import NOTICE_TYPES, Notice
from service.store.sql.engine import Database
from tests.conftest import FixedClock
from tests.delivery.conftest import Deliver, subscribe
from tests.delivery.target import Target
from tests.gateproof import Gateproof

DAYS = 90


def make_ready(gateproof: Gateproof, **talk: float) -> list[str]:
    """The starter's first gate asks for two customers; the citations."""
    return [gateproof.cite(gateproof.talk(**talk), "problem")["id"] for _ in range(2)]


def begin(gateproof: Gateproof) -> None:
    gateproof.begin("starter")
    gateproof.state("problem")


def test_ready_once_it_is(gateproof: Gateproof, target: Target, deliver: Deliver) -> None:
    begin(gateproof)
    subscribe(gateproof, target)
    deliver()
    assert target.got == []

    make_ready(gateproof)
    deliver()
    deliver()

    [got] = target.got
    verdict = gateproof.readiness()
    assert got.message["type"] == "readiness.ready"
    assert got.message["data"] == {
        "portfolio": "energy",
        "concept": "tariff-radar",
        "gate": "S1",
        "verdict": "ready",
        "ready": True,
        "passes_until": verdict["passes_until"],
        "position": verdict["position"],
    }
    Notice.model_validate_json(got.body)


def test_expired_by_age_alone_though_nobody_looked_for_days(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    begin(gateproof)
    make_ready(gateproof)
    end = gateproof.readiness()["passes_until"]
    subscribe(gateproof, target)
    deliver()

    clock.move(days=400)
    deliver()

    [got] = target.got
    assert (got.message["type"], got.message["timestamp"]) == ("readiness.expired", end)
    assert (got.message["data"]["verdict"], got.message["data"]["ready"]) == ("blocked", False)


def test_expiring_so_many_days_before_for_each_that_asked(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    begin(gateproof)
    for days in (14, 3):
        subscribe(gateproof, target, "readiness.expiring", path=f"/in-{days}", expiring_within_days=days)
    make_ready(gateproof, days_ago=1)
    deliver()
    end = clock() + timedelta(days=DAYS - 1)
    while clock() < end:
        clock.move(days=5)
        deliver()

    notices = {got.path: (got.message["timestamp"], got.message["data"]["days"]) for got in target.got}
    assert len(target.got) == 2
    for days in (14, 3):
        at = (end - timedelta(days=days)).isoformat().replace("+00:00", "Z")
        assert notices[f"/in-{days}"] == (at, days)


def test_blocked_by_somebody_is_not_expired(gateproof: Gateproof, target: Target, deliver: Deliver) -> None:
    begin(gateproof)
    subscribe(gateproof, target, *NOTICE_TYPES)
    cited = make_ready(gateproof)
    gateproof.withdraw(cited[0])
    deliver()

    # They are sent at the same time: which of them is first is nobody's promise.
    assert sorted(got.message["type"] for got in target.got) == ["readiness.blocked", "readiness.ready"]


def test_what_is_recorded_is_told_too(gateproof: Gateproof, target: Target, deliver: Deliver) -> None:
    begin(gateproof)
    subscribe(gateproof, target, "review.decided", "contradiction.recorded", "evidence.erased")
    review = gateproof.review("S1", "hold")["id"]
    talk = gateproof.talk("customer-x") if gateproof.customer("customer-x") is None else ""
    citation = gateproof.cite(talk, "problem", "contradicts")["id"]
    gateproof.post("/customers/customer-x/erase", {"reason": "They asked"}, 200)
    deliver()

    notices = {got.message["type"]: got.message["data"] for got in target.got}
    assert len(target.got) == 3
    decided = notices["review.decided"]
    assert (decided["review"], decided["outcome"], decided["gate"]) == (review, "hold", "S1")
    against = notices["contradiction.recorded"]
    assert (against["citation"], against["conversation"]) == (citation, talk)
    assert (against["decision"], against["stance"]) == ("problem", "contradicts")
    assert notices["evidence.erased"]["conversation"] == talk


def test_overdue_evidence_is_told_once(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    begin(gateproof)
    subscribe(gateproof, target, "waiver.overdue")
    gateproof.cite(gateproof.talk(), "problem")
    waiver = gateproof.request("s1-problem-customers", "s1-problem-conversations", gate="S1", days=10)
    gateproof.approve(waiver)
    gateproof.review("S1", "go")
    deliver()
    clock.move(days=10)
    due = clock()
    clock.move(days=30)
    deliver()
    clock.move(days=30)
    deliver()

    [got] = target.got
    assert got.message["data"]["waiver"] == waiver
    assert got.message["timestamp"] == due.isoformat().replace("+00:00", "Z")


def test_full_is_the_verdict_of_that_instant_as_bots_see_it(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    begin(gateproof)
    subscribe(gateproof, target, payload="full")
    make_ready(gateproof)
    verdict = gateproof.readiness()
    then = clock()
    clock.move(days=1)
    gateproof.talk()
    deliver()

    [got] = target.got
    document = got.message["data"]["readiness"]
    assert BotReadiness.model_validate(document).as_of == then
    assert document["html_url"] == "https://gateproof.example/docs#/Readiness/get_readiness"
    for name in ("verdict", "gate", "passes_until", "input_digest", "position", "blocking"):
        assert document[name] == verdict[name]
    assert "word1" not in got.body.decode()


def test_only_of_its_portfolios(gateproof: Gateproof, target: Target, deliver: Deliver) -> None:
    begin(gateproof)
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    subscribe(gateproof, target, path="/water", portfolios=["water"])
    subscribe(gateproof, target, path="/energy", portfolios=["energy"])
    subscribe(gateproof, target, path="/all")
    make_ready(gateproof)
    deliver()

    assert sorted(got.path for got in target.got) == ["/all", "/energy"]
    assert len(set(target.ids)) == 1


def test_portfolios_that_came_later_are_told_of_where_all_were_asked_for(
    gateproof: Gateproof, target: Target, deliver: Deliver
) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    subscribe(gateproof, target, path="/all")
    deliver()
    begin(gateproof)
    make_ready(gateproof)
    deliver()

    assert [got.message["data"]["portfolio"] for got in target.got] == ["energy"]


def test_what_happened_before_it_was_asked_for_is_not_told(
    gateproof: Gateproof, target: Target, deliver: Deliver, clock: FixedClock
) -> None:
    begin(gateproof)
    cited = make_ready(gateproof)
    subscribe(gateproof, target, path="/early", types=["readiness.ready"])
    gateproof.withdraw(cited[0])
    gateproof.cite(gateproof.talk(), "problem")
    clock.move(days=1)
    subscribe(gateproof, target, path="/late", types=["readiness.ready"])
    deliver()

    assert [got.path for got in target.got] == ["/early"]


def test_a_gate_that_is_passed_is_no_loss_and_the_next_is_looked_at_anew(
    gateproof: Gateproof, target: Target, deliver: Deliver
) -> None:
    begin(gateproof)
    subscribe(gateproof, target, "readiness.ready", "readiness.blocked", "readiness.expired")
    make_ready(gateproof)
    gateproof.review("S1", "go")
    deliver()

    assert [(got.message["type"], got.message["data"]["gate"]) for got in target.got] == [
        ("readiness.ready", "S1")
    ]


def test_nothing_that_nobody_asked_for_is_followed(
    gateproof: Gateproof, db: Database, deliver: Deliver
) -> None:
    begin(gateproof)
    make_ready(gateproof)
    deliver()
    with db.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM followers").scalar() == 0
