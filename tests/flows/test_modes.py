"""observe, warn, enforce: the same verdict in each, and what a go that is not earned comes to."""

import pytest

from tests.gateproof import Body, Gateproof

PROCESS = """title: One gate
mode: {mode}
gates:
  - key: H1
    title: Heard
    stage: heard
    decisions:
      - {{key: problem, title: The problem, criteria: [{{at_least: 1, of: conversations, waivable: false}}]}}
"""


def begin(gateproof: Gateproof, mode: str) -> None:
    headers = {"Content-Type": "application/yaml"}
    gateproof.client.put("/v1/processes/one", content=PROCESS.format(mode=mode), headers=headers)
    gateproof.begin("one")


def concept(gateproof: Gateproof) -> Body:
    return gateproof.get("/concepts/tariff-radar")


def test_observing_lets_pass_and_says_what_would_have_blocked(gateproof: Gateproof) -> None:
    begin(gateproof, "observe")

    went = gateproof.review("H1", "go")

    assert (went["accepted"], went["enforced"], went["attestation"]) == (True, False, None)
    assert (went["readiness"]["verdict"], went["readiness"]["blocking"]) == ("blocked", ["h1-problem-1"])
    assert (concept(gateproof)["stage"], concept(gateproof)["enforced"]) == ("heard", False)
    gateproof.get(f"/concepts/tariff-radar/reviews/{went['id']}/attestation", 404)
    assert gateproof.get(f"/concepts/tariff-radar/reviews/{went['id']}/replay")["identical"] is True


def test_warning_wants_an_acknowledgement(gateproof: Gateproof) -> None:
    begin(gateproof, "warn")

    refused = gateproof.review("H1", "go", status=409)
    assert "acknowledged: true" in refused["detail"]
    assert refused["readiness"]["verdict"] == "blocked"
    went = gateproof.review("H1", "go", acknowledged=True)

    assert (went["accepted"], went["enforced"], went["attestation"]) == (True, False, None)
    assert went["readiness"]["verdict"] == "blocked"
    decided = [event for event in gateproof.events() if event["type"].startswith("review.")]
    assert [event["data"].get("acknowledged") for event in decided] == [None, True]


def test_enforcing_blocks_whatever_is_acknowledged(gateproof: Gateproof) -> None:
    begin(gateproof, "enforce")

    refused = gateproof.review("H1", "go", status=409, acknowledged=True)

    assert "acknowledged" not in refused["detail"]
    assert (concept(gateproof)["stage"], concept(gateproof)["enforced"]) == ("discovery", True)


@pytest.mark.parametrize("mode", ["observe", "warn"])
def test_what_is_earned_without_being_enforced_is_not_attested_either(
    gateproof: Gateproof, mode: str
) -> None:
    begin(gateproof, mode)
    gateproof.state("problem")
    gateproof.cite(gateproof.talk(), "problem")

    went = gateproof.review("H1", "go")

    assert (went["readiness"]["verdict"], went["enforced"], went["attestation"]) == ("ready", False, None)
    path = "/concepts/tariff-radar"
    gateproof.patch(path, {"title": "Other"}, **{"If-Match": f'"{concept(gateproof)["revision"]}"'})
    assert concept(gateproof)["enforced"] is False
