"""One attempt to deliver: signed, to a checked address, with limits on time and size."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ssl import SSLError
from time import monotonic
from typing import NamedTuple

from anyio import fail_after
from httpx2 import (
    URL,
    AsyncClient,
    AsyncHTTPTransport,
    ConnectError,
    ConnectTimeout,
    HTTPError,
    Limits,
    Timeout,
    TimeoutException,
)
from standardwebhooks.webhooks import Webhook

from schemas.webhook import DeliveryError
from service import __version__
from service.delivery.targets import Forbidden, NotResolved, Targets

SECONDS, CONNECT_SECONDS = 15.0, 5.0
REDIRECTS = range(300, 400)
AGENT = f"Gateproof/{__version__} (webhooks)"


class DeliveryAnswer(NamedTuple):
    """The result of an attempt. `status`: the receiver's; `error`: why it failed;
    `retry_after`: the header, as it came."""

    status: int | None
    error: DeliveryError | None
    took: timedelta
    retry_after: str | None = None


def open_client() -> AsyncClient:
    """Returns a client that connects anew at every attempt, to the address that was checked; no redirects."""
    return AsyncClient(
        transport=AsyncHTTPTransport(limits=Limits(max_keepalive_connections=0), trust_env=False),
        timeout=Timeout(SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )


def signed(id: str, secrets: Sequence[bytes], body: bytes, now: datetime) -> dict[str, str]:
    """Returns the headers of Standard Webhooks: a signature by each valid secret."""
    text = body.decode()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(id, now, text) for secret in secrets),
    }


async def send(
    client: AsyncClient, targets: Targets, url: str, headers: Mapping[str, str], body: bytes
) -> DeliveryAnswer:
    """Posts the body; never raises for what the target does. Reads only status and headers of the answer."""
    began = monotonic()
    error: DeliveryError | None
    status, retry_after = None, None
    try:
        with fail_after(SECONDS):
            status, retry_after = await _post(client, targets, URL(url), headers, body)
        error = "redirect-refused" if status in REDIRECTS else None
    except (TimeoutError, TimeoutException):
        error = "timed-out"
    except NotResolved:
        error = "not-resolved"
    except Forbidden:
        error = "address-refused"
    except ConnectError as failed:
        error = "tls-failed" if _is_tls(failed) else "connection-failed"
    except (HTTPError, OSError, ValueError):
        error = "answer-malformed"
    return DeliveryAnswer(status, error, timedelta(seconds=monotonic() - began), retry_after)


async def _post(
    client: AsyncClient, targets: Targets, url: URL, headers: Mapping[str, str], body: bytes
) -> tuple[int, str | None]:
    addresses = await targets.addresses(url)
    for address in addresses[:-1]:
        try:
            return await _post_to(client, address, url, headers, body)
        except (ConnectError, ConnectTimeout):
            continue
    return await _post_to(client, addresses[-1], url, headers, body)


async def _post_to(
    client: AsyncClient, address: str, url: URL, headers: Mapping[str, str], body: bytes
) -> tuple[int, str | None]:
    """Posts to this very address, in the name of the host: nobody looks the name up again."""
    named = {
        **headers,
        "Host": url.netloc.decode(),
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Accept-Encoding": "identity",
    }
    there = url.copy_with(host=address)
    extensions = {"sni_hostname": url.raw_host.decode()}
    async with client.stream("POST", there, headers=named, content=body, extensions=extensions) as answer:
        return answer.status_code, answer.headers.get("retry-after")


def wait_of(retry_after: str | None, now: datetime) -> timedelta | None:
    """Returns the time that Retry-After asks for, in seconds or as a date; None if it is neither."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return timedelta(seconds=int(retry_after.strip()[:9]))
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - now, timedelta())


def _is_tls(failed: BaseException) -> bool:
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
