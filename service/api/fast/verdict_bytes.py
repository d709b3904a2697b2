"""The verdict as it goes out: its bytes, and the ETag over all of them but `as_of`."""

from datetime import datetime
from hashlib import sha256

import orjson

from schemas.access import Role
from schemas.bot_readiness import BotReadiness
from schemas.readiness import Readiness
from service.domain.verdict.for_bots import for_bots

CACHING = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


def shaped(verdict: Readiness, role: Role, base_url: str) -> Readiness | BotReadiness:
    """As this role is shown it, with the address at which people find it."""
    return for_role(at_home(verdict, base_url), role)


def for_role(verdict: Readiness, role: Role) -> Readiness | BotReadiness:
    """As this role is shown it."""
    return for_bots(verdict) if role == "bot" else verdict


def at_home(verdict: Readiness, base_url: str) -> Readiness:
    """The verdict with the address at which people find it."""
    return verdict.model_copy(update={"html_url": home_of(base_url)})


def home_of(base_url: str) -> str:
    """Where people find verdicts."""
    return f"{base_url}/docs#/Readiness/get_readiness"


def written(verdict: Readiness | BotReadiness) -> tuple[bytes, str]:
    """The document and its ETag."""
    body = orjson.dumps(verdict, default=vars, option=orjson.OPT_UTC_Z)
    return body, etag_of(body, verdict.as_of)


def is_known(etag: str, if_none_match: str) -> bool:
    """RFC 9110: compared weakly, because caches on the way may have weakened it."""
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in known or known == ["*"]


def etag_of(body: bytes, as_of: datetime) -> str:
    """Over all of the document but its `as_of`."""
    said = as_of.isoformat().replace("+00:00", "Z").encode()
    rest = body.replace(b'"as_of":"' + said + b'"', b"", 1)
    return f'"{sha256(rest).hexdigest()}"'
