"""The verdict as it goes out: its bytes, and the ETag over all of them but `as_of`."""

from datetime import datetime
from hashlib import sha256

import orjson

from schemas.access import Role
from schemas.bot_readiness import BotReadiness
from schemas.readiness import Readiness
from service.domain.verdict.for_bots import for_bots

CACHING = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


def for_role(verdict: Readiness, role: Role) -> Readiness | BotReadiness:
    """Returns the verdict in the shape for this role."""
    return for_bots(verdict) if role == "bot" else verdict


def with_html_url(verdict: Readiness, base_url: str) -> Readiness:
    """Returns the verdict with the address at which people find it."""
    return verdict.model_copy(update={"html_url": html_url_of(base_url)})


def html_url_of(base_url: str) -> str:
    """Returns the address at which people find verdicts."""
    return f"{base_url}/docs#/Readiness/get_readiness"


def written(verdict: Readiness | BotReadiness) -> tuple[bytes, str]:
    """Returns the document and its ETag."""
    body = orjson.dumps(verdict, default=vars, option=orjson.OPT_UTC_Z)
    return body, etag_of(body, verdict.as_of)


def is_known(etag: str, if_none_match: str) -> bool:
    """True if If-None-Match names the ETag. Compared weakly (RFC 9110): caches may have weakened it."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or tags == ["*"]


def etag_of(body: bytes, as_of: datetime) -> str:
    """Returns the ETag over all of the document but its `as_of`."""
    instant = as_of.isoformat().replace("+00:00", "Z").encode()
    rest = body.replace(b'"as_of":"' + instant + b'"', b"", 1)
    return f'"{sha256(rest).hexdigest()}"'
