"""Real conversations, read where they are and never copied: shared/data beside the repository.

The words are the sources' own: summaries, quotes, themes, roles of findings. What the sources lack is
supplied here and is nobody's word but ours:
  held_at         the weeks before the test's clock, a session every other day
  duration        30 minutes where none is given
  customer        one for each participant; relationship customer; segment "not said" where none is given
  attendees       a product manager; conducted by the own team; consent to notes
  solution_shown  no: the sessions were about the site as it was, and the concept is what comes next
  citations       findings of two studies do not say on whom they rest: there, all of the study's sessions
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FixedClock
from tests.gateproof import Body, Gateproof

SHARED = Path(os.environ.get("GATEPROOF_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
pytestmark = pytest.mark.skipif(
    not (SHARED / "conversations.jsonl").exists(), reason="shared/data is not beside the repository"
)

KINDS = {"usability_interview": "usability_session", "interview": "interview", "diary_form": "diary_form"}
DECISIONS = {
    "onrr-newsite": {"problem": "onrr-newsite-F04", "target_customer": "onrr-newsite-F05"},
    "onrr-sales": {"problem": "onrr-sales-R05", "target_customer": "onrr-sales-R04"},
    "onrr-blog": {"problem": "onrr-blog-R02", "target_customer": "onrr-blog-R06"},
}
"""By study: the findings that its concept's decisions are taken from."""


def read(name: str, prefix: str = "") -> list[Body]:
    lines = (SHARED / name).read_text().splitlines()
    return [record for record in map(json.loads, lines) if record["id"].startswith(prefix)]


def begin(gateproof: Gateproof, study: str) -> dict[str, list[str]]:
    """A concept whose decisions are findings; the ids of the sessions behind each."""
    gateproof.begin(title=study, primary_segment="Domain Learner")
    findings = {finding["id"]: finding for finding in read("findings.jsonl", study)}
    behind: dict[str, list[str]] = {}
    for decision, finding in DECISIONS[study].items():
        gateproof.state(decision, statement=findings[finding]["finding"], owner="pm-1")
        everybody = [record["id"] for record in read("conversations.jsonl", study)]
        behind[decision] = findings[finding]["supporting_conversations"] or everybody
    return behind


def record_all(gateproof: Gateproof, records: list[Body]) -> dict[str, str]:
    """Ids by the sources' ids."""
    return {record["id"]: record_one(gateproof, record, n) for n, record in enumerate(records)}


def record_one(gateproof: Gateproof, record: Body, n: int) -> str:
    gateproof.customer(record["id"], segment=record["segment"] or "not said", relationship="customer")
    participant: dict[str, Any] = {"ref": record["participant"], "role": record["role"]}
    return gateproof.talk(
        record["id"],
        days_ago=2 + 2 * n,
        kind=KINDS[record["kind"]],
        duration_minutes=record["duration_minutes"] or 30,
        participants=[participant | {"colleague": not record["independent"]}],
        summary=record["text"],
        quotes=[{"text": text, "participant": record["participant"]} for text in record["quotes"]],
        themes=record["themes"],
        external=[{"system": "source", "id": record["id"]}],
    )


def cite(gateproof: Gateproof, record: Body, talk: str, decision: str, stance: str) -> Body:
    # A note of its own for each decision: the end of the text is nobody's note.
    own = " ".join(record["notes"][:2] if decision == "problem" else record["text"].split()[-25:])
    shaped = {"effect": "confirmed", "note": own}
    return gateproof.cite(talk, decision, stance, shaped=shaped)


@pytest.mark.parametrize("study", DECISIONS)
def test_a_concept_is_blocked_then_justified_by_what_people_said_then_advanced(
    gateproof: Gateproof, clock: FixedClock, study: str
) -> None:
    behind = begin(gateproof, study)
    records = {record["id"]: record for record in read("conversations.jsonl", study)}
    talks = record_all(gateproof, list(records.values()))
    for decision, sessions in behind.items():
        for session in sessions[:2]:
            assert cite(gateproof, records[session], talks[session], decision, "supports")["counts"]

    blocked = gateproof.review("G1", "go", status=409)["readiness"]
    missing = {"missing": 1, "where": {}, "held_after": "2026-08-24"}
    for decision in blocked["decisions"]:
        sessions_heard, conversations, customers = decision["criteria"]
        assert (sessions_heard["outcome"], sessions_heard["actual"]) == ("met", 2)
        assert conversations["deficit"] == missing | {"of": "conversations"}
        assert customers["deficit"] == missing | {"of": "customers"}
    assert len(blocked["uncited"]) == sum(
        not any(session in sessions[:2] for sessions in behind.values())
        and records[session]["segment"] == "Domain Learner"
        for session in records
    )

    for decision, sessions in behind.items():
        for session in sessions[2:]:
            cite(gateproof, records[session], talks[session], decision, "supports")
        for session in records.keys() - set(sessions):
            cite(gateproof, records[session], talks[session], decision, "neutral")

    ready = gateproof.readiness()
    assert (ready["verdict"], ready["not_counted"]) == ("ready", [])
    assert {each["conversation"] for each in ready["uncited"]} == {
        talks[session]
        for session in records
        if not any(session in sessions for sessions in behind.values())
        and records[session]["segment"] == "Domain Learner"
    }
    for decision in ready["decisions"]:
        evidence = {each["conversation"] for each in decision["criteria"][0]["evidence"]}
        assert evidence == {talks[session] for session in behind[decision["key"]]}
    assert gateproof.review("G1", "go")["stage"] == "scoping"


def test_every_record_is_kept_word_for_word(gateproof: Gateproof) -> None:
    gateproof.begin()
    records = read("conversations.jsonl")
    assert len(records) == 30
    talks = record_all(gateproof, records)

    for record in records:
        answer = gateproof.get(f"/conversations/{talks[record['id']]}")
        assert answer["summary"] == record["text"]
        assert [quote["text"] for quote in answer["quotes"]] == record["quotes"]
        assert answer["themes"] == record["themes"]
        assert answer["counts"]


def test_diary_forms_are_stored_and_never_counted(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.state("problem")
    forms = read("not_conversations.jsonl")
    assert len(forms) == 22
    talks = record_all(gateproof, forms)

    for form in forms:
        answer = gateproof.get(f"/conversations/{talks[form['id']]}")
        codes = {reason["code"] for reason in answer["not_counted"]}
        assert "KIND_NOT_EVIDENCE" in codes <= {"KIND_NOT_EVIDENCE", "NEAR_COPY"}
        assert not cite(gateproof, form, talks[form["id"]], "problem", "supports")["counts"]

    verdict = gateproof.readiness()
    assert [criterion["actual"] for criterion in verdict["decisions"][0]["criteria"]] == [0, 0, 0]
    uncounted = {
        entry["conversation"] for entry in verdict["not_counted"] if entry["code"] == "KIND_NOT_EVIDENCE"
    }
    assert uncounted == set(talks.values())
    assert gateproof.review("G1", "go", status=409)["readiness"]["verdict"] == "blocked"
