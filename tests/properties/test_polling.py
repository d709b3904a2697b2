"""A client that asks with the ETag it knows never acts on a wrong verdict, whatever happens meanwhile."""

import json
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.process import Process
from service.api.fast.verdict_bytes import etag_of, is_known
from service.check.asking import Asking, CheckQuestion
from service.check.service import NOT_MODIFIED, Reply
from service.domain.verdict.for_bots import for_bots
from tests.properties.histories import (
    Step,
    Story,
    happen,
    new_story,
    random_processes,
    steps,
    supports,
    turning_points,
)


class Answering:
    """The service as it answers a poll, on a story that goes on; counts what it had to send."""

    def __init__(self, story: Story, *, to_bots: bool) -> None:
        self.story, self.to_bots, self.sent = story, to_bots, 0
        self.at = story.now

    def verdict(self) -> bytes:
        verdict = self.story.verdict(as_of=self.at)
        return (for_bots(verdict) if self.to_bots else verdict).model_dump_json().encode()

    def get(self, path: str, query: Mapping[str, str], etag: str | None) -> Reply:
        body = self.verdict()
        document = json.loads(body)
        tag = etag_of(body, self.story.verdict(as_of=self.at).as_of)
        if etag is not None and is_known(etag, tag):
            return Reply(NOT_MODIFIED, None, tag)
        self.sent += 1
        return Reply(200, document, tag)


@settings(max_examples=30)
@given(
    random_processes,
    st.lists(supports, max_size=5),
    st.lists(st.tuples(steps, st.integers(0, 3)), min_size=1, max_size=14),
    st.booleans(),
)
def test_asking_with_what_is_known_is_asking_anew(
    rules: Process, good: list[Step], steps: list[tuple[Step, int]], to_bots: bool
) -> None:
    story = happen(new_story(rules), good)
    service = Answering(story, to_bots=to_bots)
    concept = json.loads(service.verdict())["concept"]
    client = Asking(service.get, CheckQuestion(concept=concept))
    for step, polls in steps:
        happen(story, [step])
        _poll(client, service)
        for instant in [at for at in turning_points(story) if at >= story.now][:polls]:
            # Time goes by without a write; the story itself stays where it was.
            service.at = instant
            _poll(client, service)
    sent = service.sent
    _poll(client, service)
    _poll(client, service)
    assert service.sent <= sent + 1


def _poll(client: Asking, service: Answering) -> None:
    service.at = max(service.at, service.story.now)
    answers = client.ask()
    acted_on = answers.shown[0]
    fresh = json.loads(service.verdict())
    assert acted_on.ready == fresh["ready"]
    assert {**answers.document, "as_of": None} == {**fresh, "as_of": None}


@settings(max_examples=30)
@given(random_processes, st.lists(st.one_of(supports, steps), max_size=16))
def test_until_next_change_at_a_client_need_not_ask_unless_something_is_written(
    rules: Process, steps: list[Step]
) -> None:
    story = happen(new_story(rules), steps)
    service = Answering(story, to_bots=True)
    client = Asking(service.get, CheckQuestion(concept=json.loads(service.verdict())["concept"]))
    for _ in range(4):
        known = client.ask().shown[0]
        for instant in [at for at in turning_points(story) if at >= service.at]:
            if known.next_change_at is not None and instant >= known.next_change_at:
                break
            assert story.verdict(as_of=instant).ready == known.ready
        if known.ready and known.passes_until is not None:
            assert known.next_change_at is not None
            assert known.next_change_at <= known.passes_until
            assert not story.verdict(as_of=known.passes_until).ready
        if known.next_change_at is None:
            return
        service.at = known.next_change_at
