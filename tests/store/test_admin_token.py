"""The administrator's token: one at a time, and an earlier one may come back."""

import pytest

from service.database_settings import DatabaseSettings
from service.domain.access.token_form import token_of
from service.settings import ADMIN_TOKEN_BITS, Settings, admin_token_of
from service.store.sql.engine import Database
from service.usecases.access import holder_of
from service.usecases.operations.bootstrap import prepare
from tests.conftest import START


def test_a_token_of_before_may_come_back(db: Database) -> None:
    for given in ("first", "second", "first"):
        prepare(db, lambda: START, given)
    assert holder_of(db, "first", START) is not None
    assert holder_of(db, "second", START) is None


@pytest.mark.parametrize(
    "token",
    [
        *("x", "password", "gp_a-token-for-tests", "1" * 200, "changeme" * 20, "0123456789" * 9),
        *(
            "f" * 31 + "e",
            "0123456789abcdef" * 2,
            "0f" * 15 + "7",
            "ohne-umläute-" + "aB3xY9" * 9,
            "a b c" * 99,
        ),
        "0f5b7c9e1a3d48f26b7e9c0d1f2a3b\n",
    ],
)
def test_a_token_that_could_be_guessed_is_refused_in_one_sentence(token: str) -> None:
    with pytest.raises(SystemExit) as refused:
        admin_token_of(_settings(token))
    message = str(refused.value)
    assert message.startswith("GATEPROOF_ADMIN_TOKEN must have at least 128 bits")
    assert "openssl rand -hex 32" in message
    assert token.strip() not in message or token == "x"
    assert message.count(".") == message.count("\n") + 1 == 1


@pytest.mark.parametrize(
    "token",
    [
        token_of(bytes(range(32))),
        "9f86d081884c7d659a2feaa0c55ad015",
        "kJ8-2xQz_Vb7Lm4Rt0WcYp",
        "gp_an-admin-token-that-is-long-enough",
        None,
    ],
)
def test_one_that_could_not_is_taken(token: str | None) -> None:
    assert ADMIN_TOKEN_BITS == 128
    assert admin_token_of(_settings(token)) == token


def _settings(token: str | None) -> Settings:
    return Settings("127.0.0.1", 8000, DatabaseSettings("sqlite://"), token, None)
