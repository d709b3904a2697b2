"""Requests that are refused unread: too long an address, too many headers, a token in the query."""

import re
from itertools import chain
from urllib.parse import parse_qsl

from starlette.types import Scope

from schemas.problem import FieldProblem
from service.usecases.errors import Refused

MAX_HEADER_BYTES = 16 * 1024
MAX_HEADER_LINES = 100
# The longest cursor has 8,000 characters.
MAX_ADDRESS_BYTES = 12 * 1024

NAMES_OF_TOKENS = frozenset(
    [
        *("access_token", "api_key", "apikey", "auth", "auth_token", "authorization", "bearer"),
        *("bearer_token", "id_token", "jwt", "token", "x_api_key"),
    ]
)
# Ours, mistyped ones too, and JWTs. A key of somebody's portfolio may begin with gp_, but is shorter.
TOKEN = re.compile(r"\s*(?:bearer\s+)?(?:gp_[\w-]{40}|eyJ[\w-]+\.[\w-]+\.)", re.ASCII | re.IGNORECASE)


def _refused(problem_type: str, field: str, rule: str, remedy: str) -> Refused:
    return Refused(problem_type, f"{field}: {rule}", FieldProblem(field=field, rule=rule, remedy=remedy))


HEADERS_TOO_LARGE = _refused(
    "headers-too-large",
    "header",
    "the headers must be no more than 100 lines and 16 KiB together",
    "send fewer or shorter headers; mostly it is cookies, which nobody needs here",
)
ADDRESS_TOO_LONG = _refused(
    "address-too-long",
    "path",
    "path and query must be no longer than 12 KiB together",
    "take cursors and keys as they were given",
)
TOKEN_IN_ADDRESS = _refused(
    "token-in-address",
    "query",
    "must hold no token: addresses stand in logs and histories on the way",
    "revoke that token, and send its successor in the header Authorization: Bearer",
)


def unfit(scope: Scope) -> Refused | None:
    """Returns why this request is refused unread, or None. Repeats nothing of it."""
    headers, query = scope["headers"], scope["query_string"]
    if len(headers) > MAX_HEADER_LINES or sum(map(len, chain.from_iterable(headers))) > MAX_HEADER_BYTES:
        return HEADERS_TOO_LARGE
    if len(scope.get("raw_path") or scope["path"]) + len(query) > MAX_ADDRESS_BYTES:
        return ADDRESS_TOO_LONG
    if query and _holds_token(query):
        return TOKEN_IN_ADDRESS
    return None


def _holds_token(query: bytes) -> bool:
    params = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return any(_is_of_token(name) or TOKEN.match(value) for name, value in params)


def _is_of_token(name: str) -> bool:
    return name.strip().lower().replace("-", "_") in NAMES_OF_TOKENS
