"""What is measured of near copies on real records, where they are there."""

import json
import os
import random
from pathlib import Path

import pytest

from service.domain.texts.runs import NEAR_COPY, SHARES_TEXT, EarlierText, Runs, closest, containment, runs_of
from service.domain.texts.words import words_of

DATA = Path(os.environ.get("GATEPROOF_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
KEY = b"measured on them"

pytestmark = pytest.mark.skipif(
    not (DATA / "conversations.jsonl").exists(), reason="the real records are not there"
)


def records(name: str) -> dict[str, list[str]]:
    lines = (DATA / f"{name}.jsonl").read_text().splitlines()
    return {
        each["id"]: words_of(each["text"] or "\n".join(each["notes"])).tokens
        for each in map(json.loads, lines)
    }


def changed(tokens: list[str], share: float) -> Runs:
    draw = random.Random(len(tokens))
    return runs_of([f"other{n}" if draw.random() < share else token for n, token in enumerate(tokens)], KEY)


def test_no_real_conversation_is_taken_for_a_copy_or_shares_text_with_another() -> None:
    talks = [EarlierText(id, id, runs_of(tokens, KEY)) for id, tokens in records("conversations").items()]
    assert len(talks) == 30
    assert [closest(talk.runs, talks[:n]) for n, talk in enumerate(talks)] == [None] * 30


@pytest.mark.parametrize("name", ["conversations", "not_conversations"])
def test_every_copy_of_one_with_a_tenth_of_its_words_changed_is_found(name: str) -> None:
    for id, tokens in records(name).items():
        assert containment(changed(tokens, 0.1), runs_of(tokens, KEY)) >= NEAR_COPY, id
        assert containment(changed(tokens, 0.3), runs_of(tokens, KEY)) >= SHARES_TEXT, id
        assert containment(runs_of(tokens[: len(tokens) // 2], KEY), runs_of(tokens, KEY)) == 1.0, id
