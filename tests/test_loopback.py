"""A test that reaches for another machine fails, whatever the code in between does with the error."""

import socket

import pytest

from tests import loopback

ELSEWHERE = "192.0.2.1"  # for documentation: nobody has it


def test_nothing_connects_beyond_loopback() -> None:
    with pytest.raises(loopback.Beyond):
        socket.create_connection((ELSEWHERE, 9), timeout=1)
    with socket.socket(type=socket.SOCK_DGRAM) as sender, pytest.raises(loopback.Beyond):
        sender.sendto(b"", (ELSEWHERE, 9))
    assert _attempts() == [f"socket.connect ('{ELSEWHERE}', 9)", f"socket.sendto ('{ELSEWHERE}', 9)"]


def test_no_name_is_resolved() -> None:
    with pytest.raises(loopback.Beyond):
        socket.getaddrinfo("gateproof.example", 443)
    assert _attempts() == ["socket.getaddrinfo gateproof.example"]


def test_loopback_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
    assert socket.getaddrinfo(ELSEWHERE, 443)
    assert socket.getaddrinfo("localhost", 443)
    assert _attempts() == []


def _attempts() -> list[str]:
    attempts = list(loopback.ATTEMPTS)
    loopback.ATTEMPTS.clear()
    return attempts
