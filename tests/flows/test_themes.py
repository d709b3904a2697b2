"""Themes: one word for what several colleagues called otherwise, and coding after the talks."""

import pytest
from fastapi.testclient import TestClient

from tests.conftest import FixedClock
from tests.gateproof import Body, Gateproof

PROCESS = """
title: Themes
gates:
  - key: A
    title: A
    stage: b
    decisions:
      - key: problem
        title: Problem
        criteria:
          - {id: one, at_least: 1, of: conversations, waivable: false}
          - {id: shared, pattern: 3}
          - {id: voiced, at_least: 3, of: customers, where: {theme: hears too late}}
"""


@pytest.fixture
def say(gateproof: Gateproof, client: TestClient) -> Gateproof:
    published = client.put(
        "/v1/processes/themes", content=PROCESS, headers={"Content-Type": "application/yaml"}
    )
    assert published.status_code == 201, published.text
    gateproof.begin(process="themes")
    gateproof.state("problem")
    return gateproof


def heard(say: Gateproof, *labels: str) -> list[str]:
    talks = [say.talk(themes=[label] if label else []) for label in labels]
    for talk in talks:
        say.cite(talk, "problem")
    return talks


def outcome(verdict: Body, id: str) -> Body:
    found: Body = next(each for each in verdict["decisions"][0]["criteria"] if each["id"] == id)
    return found


def theme_of(say: Gateproof, label: str) -> str:
    themes = say.get("/themes", portfolio="energy")["items"]
    return str(next(each["id"] for each in themes if each["label"] == label))


def test_a_pattern_counts_merged_themes_as_one_from_then_on_and_the_past_reads_as_it_was(
    say: Gateproof, clock: FixedClock
) -> None:
    heard(say, "late news", "late notice", "hears too late")
    before = say.readiness()
    assert (outcome(before, "shared")["actual"], outcome(before, "voiced")["actual"]) == (1, 1)
    clock.move(hours=1)
    news = theme_of(say, "late news")
    for label in ("late notice", "hears too late"):
        say.post(f"/themes/{theme_of(say, label)}/merge", {"into": news, "reason": "One thing"}, 200)
    after = say.readiness()
    assert outcome(after, "shared")["actual"] == 3
    assert outcome(after, "shared")["shared"]["label"] == "late news"
    assert outcome(after, "voiced")["outcome"] == "met", "a synonym stands for the theme"
    past = say.readiness(as_of=before["as_of"])
    assert [past[name] for name in ("decisions", "position")] == [before["decisions"], before["position"]]
    listed = {each["label"]: each for each in say.get("/themes", portfolio="energy")["items"]}
    assert listed["late news"]["synonyms"] == ["hears too late", "late notice"]
    assert listed["late notice"]["merged_into"] == news
    history = say.get(f"/themes/{news}")["history"]
    assert [(each["into"], each["by"], each["reason"]) for each in history] == [
        (news, "admin", "One thing")
    ] * 2


def test_a_theme_that_is_renamed_back_and_forth_stays_one(say: Gateproof) -> None:
    heard(say, "late news", "late news", "late news")
    first = theme_of(say, "late news")
    renamed = say.post(f"/themes/{first}/rename", {"label": "hears too late"}, 200)
    assert outcome(say.readiness(), "shared")["shared"]["label"] == "hears too late"
    back = say.post(f"/themes/{renamed['id']}/rename", {"label": "Late  news"}, 200)
    assert (back["id"], back["synonyms"]) == (first, ["hears too late"])
    assert outcome(say.readiness(), "shared")["actual"] == 3
    problem = say.post(f"/themes/{first}/rename", {"label": "LATE news"}, 422)
    assert problem["errors"][0]["field"] == "body.label"


def test_many_talks_are_coded_in_one_call_that_revises_none_and_outdates_no_vote(say: Gateproof) -> None:
    talks = heard(say, "", "", "")
    say.vote("A", "no_go")
    theme = say.post("/themes", {"portfolio": "energy", "label": "late news"})["id"]
    say.post(f"/themes/{theme}/conversations", {"conversations": talks}, 200)
    assert outcome(say.readiness(), "shared")["actual"] == 3
    seen = say.get(f"/conversations/{talks[0]}")
    assert (seen["revision"], seen["themes"], seen["coded"]) == (1, [], ["late news"])
    [vote] = say.get("/concepts/tariff-radar/approvals")["items"]
    assert vote["outdated"] is None
    say.revise(talks[0], themes=["something else"])
    assert outcome(say.readiness(), "shared")["actual"] == 3, (
        "a revision of what was recorded codes nothing anew"
    )
    events = len(say.events())
    say.post(f"/themes/{theme}/conversations", {"conversations": talks}, 200)
    assert len(say.events()) == events
    say.post(f"/themes/{theme}/conversations", {"conversations": ["cnv_nobody"]}, 422)


def test_a_coding_goes_with_the_talk_when_it_is_erased(say: Gateproof) -> None:
    talk = heard(say, "")[0]
    theme = say.post("/themes", {"portfolio": "energy", "label": "late news"})["id"]
    renamed = say.post(f"/themes/{theme}/rename", {"label": "the clerk's late news"}, 200)["id"]
    say.post(f"/themes/{renamed}/conversations", {"conversations": [talk]}, 200)
    customer = say.get(f"/conversations/{talk}")["customer"]
    erased = say.post(f"/customers/{customer}/erase", {"reason": "They asked"}, 200)
    assert erased["themes"] == 2
    themes = say.get("/themes", portfolio="energy")["items"]
    assert [each["label"] for each in themes] == [None, None]
    assert say.get("/audit/verify")["ok"] is True
