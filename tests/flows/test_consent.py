"""Consent: what it allows, and that taking it back works at once."""

import json

import pytest

from tests.gateproof import Body, Gateproof

QUOTED = """title: Quoted
gates:
  - key: Q1
    title: In their words
    stage: quoted
    decisions:
      - key: problem
        title: The problem
        criteria:
          - {id: heard, at_least: 1, of: conversations, waivable: false}
          - {id: quotes, at_least: 2, of: quotes}
          - {id: quoted, at_least: 1, of: customers, where: {has: quote}}
"""
QUOTES = [{"text": "I find out when it hurts.", "participant": "p1"}, {"text": "Always too late."}]
NOTHING = {"count": False, "quote_inside": False, "quote_outside": False}


@pytest.fixture
def cited(gateproof: Gateproof) -> Body:
    """A citation, with an excerpt, of a conversation with two quotes."""
    yaml = {"Content-Type": "application/yaml"}
    gateproof.client.put("/v1/processes/quoted", content=QUOTED, headers=yaml)
    gateproof.begin("quoted")
    gateproof.state("problem")
    talk = gateproof.talk(quotes=QUOTES)
    return gateproof.cite(talk, "problem", excerpt="when it hurts")


@pytest.mark.parametrize(
    ("consent", "allowed"),
    [
        ("none", []),
        ("notes", ["count"]),
        ("quote_internally", ["count", "quote_inside"]),
        ("quote_publicly", ["count", "quote_inside", "quote_outside"]),
    ],
)
def test_a_conversation_says_what_its_consent_allows(
    gateproof: Gateproof, consent: str, allowed: list[str]
) -> None:
    gateproof.begin()
    talk = gateproof.get(f"/conversations/{gateproof.talk(consent=consent, quotes=QUOTES)}")
    assert talk["allows"] == NOTHING | dict.fromkeys(allowed, True)
    assert talk["counts"] == ("count" in allowed)
    assert bool(talk["quotes"]) is not talk["quotes_withheld"]
    assert talk["quotes_withheld"] == ("quote_inside" not in allowed)


def test_without_consent_to_quote_it_counts_but_its_quotes_do_not(gateproof: Gateproof, cited: Body) -> None:
    assert gateproof.readiness()["ready"]

    changed = gateproof.consent(cited["conversation"], "notes")

    assert (changed["quotes"], changed["quotes_withheld"], changed["counts"]) == ([], True, True)
    assert changed["summary"]
    assert gateproof.readiness()["blocking"] == ["quotes", "quoted"]


def test_taken_back_altogether_it_counts_for_nothing_in_the_very_next_verdict(
    gateproof: Gateproof, cited: Body
) -> None:
    gateproof.readiness()
    gateproof.consent(cited["conversation"], "none")

    verdict = gateproof.readiness()

    assert verdict["blocking"] == ["heard", "quotes", "quoted"]
    assert [each["code"] for each in verdict["not_counted"]] == ["CONSENT_WITHDRAWN"]


@pytest.mark.parametrize("consent", ["notes", "none"])
def test_what_they_said_is_handed_out_nowhere_in_quotes(
    gateproof: Gateproof, cited: Body, consent: str
) -> None:
    talk = f"/conversations/{cited['conversation']}"
    citation = f"/concepts/tariff-radar/citations/{cited['id']}"
    gateproof.consent(cited["conversation"], consent)

    assert (gateproof.get(citation)["excerpt"], gateproof.get(citation)["excerpt_withheld"]) == (None, True)
    for path in (talk, f"{talk}/revisions", "/conversations", citation, citation.rpartition("/")[0]):
        assert "hurts" not in gateproof.client.get(f"/v1{path}").text, path


def test_consent_that_comes_later_shows_what_was_kept(gateproof: Gateproof, cited: Body) -> None:
    gateproof.consent(cited["conversation"], "none")
    changed = gateproof.consent(cited["conversation"], "quote_publicly", "They signed")

    assert [quote["text"] for quote in changed["quotes"]] == [quote["text"] for quote in QUOTES]
    assert (changed["revision"], changed["reason"]) == (3, "They signed")
    assert gateproof.get(f"/concepts/tariff-radar/citations/{cited['id']}")["excerpt"] == "when it hurts"
    assert gateproof.readiness()["ready"]


def test_it_wants_the_etag_and_leaves_a_revision(gateproof: Gateproof, cited: Body) -> None:
    path = f"/conversations/{cited['conversation']}"
    body = {"consent": "none", "reason": "They rang"}
    gateproof.post(f"{path}/consent", body, 428)
    gateproof.post(f"{path}/consent", body, 412, **{"If-Match": '"9"'})
    gateproof.post(f"{path}/consent", body, 200, **{"If-Match": '"1"'})
    revisions = gateproof.get(f"{path}/revisions")["items"]
    assert [each["consent"] for each in revisions] == ["quote_internally", "none"]
    assert [each["reason"] for each in revisions] == [None, "They rang"]


def test_it_can_be_taken_back_of_what_was_withdrawn(gateproof: Gateproof, cited: Body) -> None:
    path = f"/conversations/{cited['conversation']}"
    gateproof.post(f"{path}/withdraw", {"reason": "A cousin"}, 200)
    changed = gateproof.consent(cited["conversation"], "none")
    assert (changed["quotes"], changed["withdrawn_at"] is not None) == ([], True)


def test_a_contradiction_stays_to_be_answered(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.ready_at_g1()
    gateproof.review("G1", "go")
    against = gateproof.cite(gateproof.talk(), "problem", "contradicts")
    gateproof.consent(against["conversation"], "none")
    criteria = gateproof.readiness()["gate_criteria"]
    assert [each["unanswered"] for each in criteria if each["kind"] == "contradictions"] == [[against["id"]]]


@pytest.mark.parametrize(
    ("effect", "texts"),
    [
        ("confirmed", {"note": "She said: “I FIND OUT — when it hurts”, and meant it."}),
        ("changed", {"from": "Too expensive", "to": "They are always too late", "note": "Heard twice"}),
        ("changed", {"from": "Always, too late!", "to": "In time", "note": "when it hurts"}),
    ],
)
def test_a_shaping_that_repeats_a_withheld_quote_is_withheld_with_it(
    gateproof: Gateproof, cited: Body, effect: str, texts: dict[str, str]
) -> None:
    shaped = {"effect": effect, **texts}
    again = gateproof.cite(
        cited["conversation"], "problem", "contradicts", shaped=shaped, excerpt="when it hurts"
    )
    paths = [f"/concepts/tariff-radar/citations/{again['id']}", "/concepts/tariff-radar/citations"]
    gateproof.post(f"{paths[0]}/answer", {"answer": "“Always too late” is a habit."}, 200)
    gateproof.consent(cited["conversation"], "notes")

    for path in paths:
        text = gateproof.client.get(f"/v1{path}").text.casefold()
        assert "hurts" not in text, path
        assert "too late" not in text, path
    shown = gateproof.get(paths[0])
    assert (shown["shaped"]["effect"], shown["shaped_withheld"]) == (effect, True)
    assert [(each["answer"], each["withheld"]) for each in shown["answers"]] == [("", True)]
    assert shown["counts"]
    customer = gateproof.get(f"/conversations/{cited['conversation']}")["customer"]
    held = gateproof.client.get(f"/v1/customers/{customer}/export").text
    assert all(json.dumps(text, ensure_ascii=False) in held for text in texts.values())

    gateproof.consent(cited["conversation"], "quote_internally")
    shown = gateproof.get(paths[0])
    assert {name: shown["shaped"][name] for name in texts} == texts
    assert not shown["shaped_withheld"]


def test_a_quote_of_an_earlier_revision_is_withheld_as_well(gateproof: Gateproof, cited: Body) -> None:
    shaped = {"effect": "confirmed", "note": "She finds out late, or as she put it: Always too late."}
    again = gateproof.cite(cited["conversation"], "problem", "mixed", shaped=shaped)
    path = f"/conversations/{cited['conversation']}"
    revised = {"reason": "Misheard", "quotes": [{"text": "Never."}], "consent": "notes"}
    gateproof.client.post(
        f"/v1{path}/revisions", json=revised, headers={"If-Match": '"1"'}
    ).raise_for_status()
    assert gateproof.get(f"/concepts/tariff-radar/citations/{again['id']}")["shaped"]["note"] is None


def test_what_only_resembles_a_quote_is_shown(gateproof: Gateproof, cited: Body) -> None:
    gateproof.consent(cited["conversation"], "notes")
    shaped = {"effect": "confirmed", "note": "They always come too lately, and find out when it hurts them."}
    made = gateproof.cite(cited["conversation"], "problem", "neutral", shaped=shaped)
    assert made["shaped"]["note"] == shaped["note"]
