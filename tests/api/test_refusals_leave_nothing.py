"""What is refused again and again is let go of: nothing of it, nor of what was sent, stays in memory."""

import gc
from types import TracebackType

import pytest
from fastapi.testclient import TestClient

ASKED = 40


def tracebacks() -> int:
    gc.collect()
    return sum(isinstance(each, TracebackType) for each in gc.get_objects())


@pytest.mark.parametrize(
    "path",
    ["/v1/concepts/ghost/readiness", "/v1/concepts/ghost", "/v1/conversations/ghost", "/v1/people/ghost"],
)
def test_no_frame_of_a_refused_request_is_kept(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    before = tracebacks()
    for _ in range(ASKED):
        client.get(path)
    assert tracebacks() - before < ASKED


def test_nor_of_what_was_sent_to_be_written(client: TestClient) -> None:
    def sent() -> None:
        body = {"reason": "Late news", "summary": "Late news"}
        path, current = "/v1/conversations/ghost/revisions", {"If-Match": "*"}
        assert client.post(path, json=body, headers=current).status_code == 404

    sent()
    before = tracebacks()
    for _ in range(ASKED):
        sent()
    assert tracebacks() - before < ASKED
