"""--wait: until ready, with an end, and with no answer that was not given at the end."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from service.check.answer import Answers, read_verdict
from service.check.outcomes import Unanswered, Unauthorised
from service.check.waiting import LONGEST, Time, wait_until_ready
from tests.check.conftest import Check
from tests.check.serving import Odd, in_turn, with_json
from tests.check.test_no_answer import READY, blocked
from tests.conftest import START, FixedClock
from tests.gateproof import Gateproof

Step = Answers | Unanswered
BUSY = Unanswered("Busy.", passing=True, wait=100)


def answers(document: dict[str, Any]) -> Answers:
    answer = read_verdict(document, "radar", None)
    return Answers((answer,), Counter([answer.verdict]), document)


class Waiting:
    """Scripted answers, by a clock that sleeping moves; the last one is repeated."""

    def __init__(self, *steps: Step) -> None:
        self.steps, self.clock = list(steps), FixedClock()
        self.slept: list[float] = []
        self.lines: list[str] = []

    def ask(self) -> Answers:
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Unanswered):
            raise step
        return step

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.move(seconds=seconds)

    def until(self, ceiling: timedelta) -> Answers:
        time = Time(self.clock, self.sleep, lambda *_: 1.0)
        return wait_until_ready(self.ask, ceiling, time, self.lines.append)


def test_it_ends_when_ready_and_asks_ever_less_often() -> None:
    waiting = Waiting(*[answers(blocked())] * 12, answers(READY))
    assert waiting.until(timedelta(hours=1)).ready
    assert waiting.slept[:3] == [5.0, 7.5, 11.25]
    assert waiting.slept[-1] == LONGEST
    assert len(waiting.lines) == 1
    assert waiting.lines[0].startswith("radar at G1: blocked, ")


def test_at_the_ceiling_it_says_what_is_so_then() -> None:
    waiting = Waiting(answers(blocked()))
    assert not waiting.until(timedelta(minutes=10)).ready
    assert waiting.clock.instant == START + timedelta(minutes=10)


def test_it_asks_at_the_instant_at_which_the_verdict_may_change() -> None:
    at = START + timedelta(seconds=2)
    waiting = Waiting(answers({**blocked(), "next_change_at": at.isoformat()}), answers(READY))
    assert waiting.until(timedelta(minutes=1)).ready
    assert waiting.slept == [2.0]


def test_what_passes_is_waited_out_and_what_does_not_ends_it() -> None:
    waiting = Waiting(BUSY, answers(READY))
    assert waiting.until(timedelta(minutes=5)).ready
    assert waiting.slept == [100.0]
    with pytest.raises(Unauthorised):
        Waiting(answers(blocked()), Unauthorised("no")).until(timedelta(hours=1))


def test_an_earlier_verdict_is_no_answer_when_the_last_attempt_had_none() -> None:
    waiting = Waiting(answers(blocked()), BUSY)
    with pytest.raises(Unanswered, match=r"Busy\."):
        waiting.until(timedelta(minutes=5))


def test_nobody_waits_for_what_no_waiting_changes() -> None:
    why = {"code": "CONCEPT_KILLED", "message": "The concept was killed."}
    killed = {**blocked(), "verdict": "not_evaluable", "not_evaluable": why, "blocking": []}
    waiting = Waiting(answers(killed))
    assert not waiting.until(timedelta(hours=1)).ready
    assert waiting.slept == []


def test_in_the_command(
    check: Check, gateproof: Gateproof, clock: FixedClock, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateproof.begin()
    asked = 0

    def sleep(seconds: float) -> None:
        nonlocal asked
        asked += 1
        clock.move(seconds=seconds)
        if asked == 3:
            gateproof.ready_at_g1()

    monkeypatch.setattr("service.check.run.time.sleep", sleep)
    done = check("tariff-radar", "--wait", "30m", "--url", address)
    assert (done.code, asked) == (0, 3)
    assert done.err.startswith("tariff-radar at G1: blocked, ")
    assert check("tariff-radar", "--gate", "G2", "--wait", "2m", "--url", address).code == 1


def test_while_it_waits_it_sends_what_it_knows(
    check: Check, odd: Odd, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    monkeypatch.setattr("service.check.run.time.sleep", lambda seconds: clock.move(seconds=seconds))
    odd.answering = in_turn(
        with_json(blocked(), ETag='"one"'),
        with_json(None, 304),
        with_json(blocked(), ETag='"two"'),
        with_json(READY),
    )
    assert check("radar", "--wait", "5m", "--url", odd.url).code == 0
    assert [headers.get("if-none-match") for _, headers in odd.asked] == [None, '"one"', '"one"', '"two"']
