"""What each form says: valid for machines, a screen for people, and nothing that anybody wrote takes over."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from service.check.answer import Answers, read_verdict
from service.check.formats import FORMATS
from service.check.formats.phrases import Report
from service.domain.verdict.for_bots import for_bots
from tests.check.conftest import Check
from tests.check.junit_schema import breaches
from tests.conftest import FixedClock
from tests.gateproof import Gateproof
from tests.properties.histories import History, histories

NASTY = (
    "Small\n::set-output name=a::b\r\n##[error]no \x1b[31m| <b>&amp;</b> `x` [l](http://x) ]]> \u202e gp_"
    + "a" * 30
)
SCREEN = 30


@pytest.fixture
def url(gateproof: Gateproof, address: str) -> str:
    """Of a service with a concept that lacks much."""
    gateproof.begin()
    gateproof.state("problem", statement=NASTY)
    gateproof.cite(gateproof.talk(), "problem")
    gateproof.cite(gateproof.talk(duration_minutes=1), "problem")
    return address


def test_text_says_what_is_missing_who_is_to_do_what_and_until_when(
    check: Check, gateproof: Gateproof, clock: FixedClock, url: str
) -> None:
    gateproof.state("target_customer")
    output = check("tariff-radar", "--url", url).out
    assert output.splitlines()[0] == "BLOCKED: tariff-radar may not pass G1 yet (stage-gate version 1)"
    assert "  1 of 3 customers: 2 more, held after 2026-08-24\n" in output
    assert "Cited, and does not count: 1 too short." in output
    assert "Next: admin: have these talks, record them and cite what was said; then ask again." in output

    for _ in range(2):
        gateproof.cite(gateproof.talk(), "problem")
    for _ in range(3):
        gateproof.cite(gateproof.talk(days_ago=80), "target_customer")
    ready = check("tariff-radar", "--warn-within", "2w", "--url", url)
    assert ready.code == 0
    assert "Ready until 2026-12-02 09:00 UTC, in 10 days; sooner if what it rests on changes.\n" in ready.out
    assert "The first to grow too old is evidence for target_customer.\n" in ready.out
    assert "Warning: tariff-radar at G1 is ready only until 2026-12-02 09:00 UTC, in 10 days" in ready.out
    assert "Next: a gatekeeper decides: POST /v1/concepts/tariff-radar/reviews" in ready.out
    assert "Warning" not in check("tariff-radar", "--warn-within", "9d", "--url", url).out
    clock.move(days=5)
    assert "Warning" in check("tariff-radar", "--warn-within", "9d", "--url", url).out


def test_a_bot_is_told_the_same_but_for_what_anybody_wrote(
    check: Check, gateproof: Gateproof, url: str
) -> None:
    body = {"name": "b", "role": "bot", "portfolios": None, "expires_in_days": 1}
    bot = gateproof.post("/tokens", body)["token"]
    full, short = (
        check("tariff-radar", "--url", url, **options).out.splitlines() for options in ({}, {"token": bot})
    )
    assert "Small" in "".join(full)
    assert "Small" not in "".join(short)
    assert [line for line in full if not line.startswith(("problem", "To know"))] == [
        line for line in short if not line.startswith(("problem", "To know"))
    ]
    assert "To know: NOT_THERE" in short


def test_nothing_that_anybody_wrote_commands_a_runner_or_a_terminal(check: Check, url: str) -> None:
    for form in ("text", "github", "markdown", "junit"):
        output = check("tariff-radar", "--url", url, "-f", form).out
        assert not any(line.lstrip().startswith(("::set", "##[")) for line in output.splitlines()), form
        assert not {"\x1b", "\u202e", "\r"} & set(output), form
        assert "gp_aaa" not in output
    assert "<b>" not in check("tariff-radar", "--url", url, "-f", "junit").out
    assert r"\<b\>\&amp;" in check("tariff-radar", "--url", url, "-f", "markdown").out


def test_github_is_told_in_annotations(check: Check, gateproof: Gateproof, url: str) -> None:
    gateproof.concept("other-1")
    lines = check("tariff-radar", "--url", url, "-f", "github").out.splitlines()
    assert lines[0].startswith(
        "::error title=tariff-radar at G1%3A problem::1 of 3 conversations. Needed: 2 more"
    )
    assert all(line.startswith("::error title=") for line in lines)
    many = check("--all", "--url", url, "-f", "github").out.splitlines()
    assert many[0].startswith("::error title=other-1 at G1::g1-problem-heard, ")
    assert len(many) == 2


def test_json_is_the_document_of_the_api(check: Check, gateproof: Gateproof, url: str) -> None:
    one = json.loads(check("tariff-radar", "--url", url, "-f", "json").out)
    assert {**one, "html_url": ""} == {**gateproof.readiness(), "html_url": ""}
    many = json.loads(check("--all", "--url", url, "-f", "json").out)
    assert many == gateproof.get("/readiness")


def test_reports_are_written_beside(check: Check, url: str, tmp_path: Path) -> None:
    reports = [f"{form}={tmp_path / form}" for form in ("json", "junit", "markdown")]
    options = [option for report in reports for option in ("--report", report)]
    assert check("tariff-radar", "--url", url, *options).out.startswith("BLOCKED")
    assert json.loads((tmp_path / "json").read_text())["verdict"] == "blocked"
    assert breaches((tmp_path / "junit").read_text()) == []
    assert "| problem" in (tmp_path / "markdown").read_text()


def test_colours_only_on_a_terminal_that_wants_them(
    check: Check, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in check("tariff-radar", "--url", url).out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31mBLOCKED\x1b[0m: tariff-radar" in check("tariff-radar", "--url", url).out
    assert "\x1b" not in check("tariff-radar", "--url", url, NO_COLOR="1").out
    assert "\x1b" not in check("tariff-radar", "--url", url, TERM="dumb").out


def test_a_list_of_many_is_a_screen_too(check: Check, gateproof: Gateproof, url: str) -> None:
    for number in range(40):
        gateproof.concept(f"concept-{number}-{'x' * 45}")
    for form in ("text", "junit", "markdown"):
        output = check("--all", "--url", url, "-f", form).out
        assert "41 concepts: 41 blocked" in output or form == "junit"
        if form == "text":
            assert len(output.splitlines()) <= SCREEN
            assert max(map(len, output.splitlines())) <= 100
            assert "... and 20 more" in output
        if form == "junit":
            assert breaches(output) == []
    assert breaches(check("--all", "--verdict", "ready", "--url", url, "-f", "junit").out) == []


@settings(max_examples=30)
@given(histories())
def test_whatever_the_verdict_every_form_is_sound(history: History) -> None:
    story, as_of = history
    verdict = story.verdict(as_of=as_of)
    for shape in (verdict, for_bots(verdict)):
        document: Any = json.loads(shape.model_dump_json())
        answer = read_verdict(document, document["concept"], None)
        answers = Answers((answer,), Counter([answer.verdict]), document)
        report = Report(answers, "", as_of)
        assert answer.ready == verdict.ready
        text = FORMATS["text"](report)
        assert len(text.splitlines()) <= SCREEN
        assert max(map(len, text.splitlines())) <= 100
        junit = FORMATS["junit"](report)
        assert breaches(junit) == []
        assert ("<failure" in junit) != verdict.ready
        assert ("::error" in FORMATS["github"](report)) != verdict.ready
        if answer.verdict == "blocked":
            assert answer.blocking[0] in junit
            assert FORMATS["markdown"](report).count("\n|") > 2
    assert FORMATS["text"](report._replace(colour=True)).count("\x1b[0m") >= 1
