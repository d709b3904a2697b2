"""What the operator may set of the edge; what is malformed is refused at the start, by name and remedy."""

import pytest

from service.edge_settings import USUAL, edge_settings_of
from service.settings import from_environment

GOOD_RATES = (("600/minute", 600, 60), ("5 per second", 5, 1), ("50/10 seconds", 50, 10), ("9/day", 9, 86400))
BAD_RATES = (
    *(
        "600",
        "minute",
        "0/minute",
        "-1/minute",
        "1.5/minute",
        "many/minute",
        "5/fortnight",
        "5/minute;9/hour",
    ),
    *("5/2 days", "9/month", "9" * 5000 + "/minute", "1000000001/day", " ", "5/minute!"),
)
BAD_ORIGINS = (
    *("board.example", "https://board.example/", "https://board.example/path", "https://*.example", "null"),
    *(
        "https://Board.example",
        "ftp://board.example",
        "https://",
        "https://u:p@board.example",
        "https://b.c:x",
    ),
)


@pytest.mark.parametrize("name", ["GATEPROOF_RATE_LIMIT", "GATEPROOF_FAILED_LOGIN_LIMIT"])
def test_a_limit_is_a_number_in_a_time(name: str) -> None:
    for text, amount, seconds in GOOD_RATES:
        edge = edge_settings_of({name: text}.get)
        limit = edge.requests if name == "GATEPROOF_RATE_LIMIT" else edge.failed_logins
        assert limit is not None
        assert (limit.amount, limit.get_expiry()) == (amount, seconds)
    for text in BAD_RATES:
        with pytest.raises(SystemExit, match=rf"^{name} must be .* as in 600/minute .*: correct it"):
            edge_settings_of({name: text}.get)


def test_what_is_not_set_is_as_usual() -> None:
    assert (
        edge_settings_of({}.get) == edge_settings_of(dict.fromkeys(["GATEPROOF_RATE_LIMIT"], "").get) == USUAL
    )
    assert (USUAL.requests, USUAL.origins) == (None, ())
    assert (USUAL.failed_logins.amount, USUAL.failed_logins.get_expiry()) == (100, 60)


def test_origins_are_named_one_by_one_as_browsers_send_them() -> None:
    name = "GATEPROOF_CORS_ORIGINS"
    good = ("https://board.example", "http://localhost:3000", "https://[2001:db8::1]:8443")
    assert edge_settings_of({name: " , ".join(good)}.get).origins == good
    for text in ("*", "https://board.example,*"):
        with pytest.raises(SystemExit, match=f"^{name} must not be \\*.*: name each origin"):
            edge_settings_of({name: text}.get)
    for text in BAD_ORIGINS:
        with pytest.raises(SystemExit, match=f"^{name} must be origins .*: correct it"):
            edge_settings_of({name: f"https://board.example,{text}"}.get)


def test_proxies_are_addresses_that_can_be_met(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "FORWARDED_ALLOW_IPS"
    monkeypatch.delenv(name, raising=False)
    assert from_environment().forwarded_allow_ips == "127.0.0.1,::1"
    for text in ("*", "10.0.0.7", "10.0.0.7, 10.1.0.0/16,::1"):
        monkeypatch.setenv(name, text)
        assert from_environment().forwarded_allow_ips == text
    for text in ("proxy", "10.0.0.7/8", "10.0.0.7,", "*,10.0.0.7", "10.0.0.300"):
        monkeypatch.setenv(name, text)
        with pytest.raises(SystemExit, match=f"^{name} must be addresses .*: correct it"):
            from_environment()
