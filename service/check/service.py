"""The service, over HTTP: what goes wrong on the way is said in a sentence, and is never a verdict."""

import json
import ssl
import time
from collections.abc import Mapping
from http import HTTPStatus
from re import fullmatch
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

import httpx2

from service import __version__
from service.check.identity import Identity
from service.check.outcomes import Misused, Unanswered, Unauthorised
from service.check.words import plain

OK, CREATED, NOT_MODIFIED = 200, 201, 304
LARGEST = 32 * 1024 * 1024
TRIES, PAUSES = 3, (0.5, 1.5)
PATIENT = 5.0
"""Seconds that a Retry-After may ask for while nobody said --wait."""
PASSING = {408, 425, 429, 500, 502, 503, 504}
UNREADABLE = (
    "The answer cannot be read: {why}. Is GATEPROOF_URL the address of Gateproof, and not of a login page?"
)
BY_STATUS = {
    401: "The token is not accepted: it is wrong, or it was revoked, or it has ended.",
    403: "The token is not for this.",
    404: "There is no such concept, or this token may not see it.",
}


class Reply(NamedTuple):
    """An answer with status 200, 201 or 304 (then without a document)."""

    status: int
    document: Any
    etag: str | None


class Service:
    """Calls the service with one token, which it gets when it first needs it."""

    def __init__(self, url: str, audience: str | None, identity: Identity, timeout: float) -> None:
        self.url, self._timeout = address(url), timeout
        self._audience = audience or self.url
        self._identity = identity
        self._token = None if identity.exchange else identity.token
        self._client = httpx2.Client(
            timeout=timeout, headers={"User-Agent": f"gateproof-check/{__version__}"}, follow_redirects=False
        )

    def close(self) -> None:
        """Closes the connection."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, str], etag: str | None = None) -> Reply:
        """Returns the reply, after three tries at most. May raise Unanswered, and Misused for a question that
        the service calls invalid."""
        for pause in (*PAUSES, None):
            try:
                return self.get_once(path, query, etag)
            except Unanswered as error:
                if not error.passing or pause is None or (error.wait or 0) > PATIENT:
                    raise
                time.sleep(max(pause, error.wait or 0))
        raise AssertionError("unreachable")

    def get_once(self, path: str, query: Mapping[str, str], etag: str | None = None) -> Reply:
        """Returns the reply to one try. A token of GitHub's that has ended is replaced, once."""
        renewed = self._token is None
        while True:
            headers = {"Authorization": f"Bearer {self._token or self._log_in()}"}
            if etag is not None:
                headers["If-None-Match"] = etag
            asked = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
            try:
                return self._send("GET", asked, headers)
            except Unauthorised:
                if renewed or not self._identity.renewable:
                    raise
                self._token, renewed = None, True

    def _log_in(self) -> str:
        """Exchanges the CI system's id token for one of the service's, valid for fifteen minutes."""
        id_token = self._identity.token or self._ask_github()
        headers = {"Authorization": f"Bearer {id_token}", "Content-Type": "application/json"}
        try:
            made = self._send("POST", f"{self.url}/v1/token-exchange", headers).document
        except Unauthorised:
            raise Unauthorised(
                "The CI system's id token is not accepted: no rule of the service's GATEPROOF_OIDC_FILE is"
                f" for this job, or its audience is not {plain(self._audience)}, or it was exchanged before."
            ) from None
        self._token = _text(made, "token")
        return self._token

    def _ask_github(self) -> str:
        if self._identity.github is None:
            raise Unauthorised("There is no token.")
        where, key = self._identity.github
        joined = f"{where}{'&' if urlsplit(where).query else '?'}audience={quote(self._audience, safe='')}"
        try:
            return _text(self._send("GET", joined, {"Authorization": f"Bearer {key}"}).document, "value")
        except Unanswered as error:
            raise Unanswered(f"GitHub gave no id token: {error}", passing=error.passing) from None

    def _send(self, method: str, asked: str, headers: Mapping[str, str]) -> Reply:
        content = b"{}" if method == "POST" else None
        try:
            with self._client.stream(
                method, asked, headers={"Accept": "application/json", **headers}, content=content
            ) as answer:
                body = self._body(answer)
        except httpx2.TransportError as error:
            insecure = isinstance(_cause(error), ssl.SSLError)
            raise Unanswered(_unreached(urlsplit(asked).netloc, error), passing=not insecure) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Unanswered(UNREADABLE.format(why=type(error).__name__)) from None
        if answer.status_code in (OK, CREATED, NOT_MODIFIED):
            document = None if answer.status_code == NOT_MODIFIED else _parsed(body)
            return Reply(answer.status_code, document, answer.headers.get("ETag"))
        raise _refused(answer, body)

    def _body(self, answer: httpx2.Response) -> bytes:
        """Returns the whole body. The time limit is for all of it: bytes now and then do not prolong it."""
        until, body = time.monotonic() + self._timeout, bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > LARGEST:
                raise Unanswered(UNREADABLE.format(why="it is larger than any verdict"))
            if time.monotonic() > until:
                raise Unanswered(f"The answer did not end within {self._timeout:g} seconds.", passing=True)
        return bytes(body)


def address(url: str) -> str:
    """Returns the address without the slash at its end; Misused if it is none."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
        parts = urlsplit("")
    if not sound or parts.username is not None or parts.query or parts.fragment:
        raise Misused(
            "GATEPROOF_URL (or --url) must be an address, such as https://gateproof.example.org, and no more."
        )
    return url.strip().rstrip("/")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unanswered(UNREADABLE.format(why="it is not JSON")) from None


def _text(document: Any, name: str) -> str:
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise Unanswered(UNREADABLE.format(why=f"it has no {name}"))
    return value


def _unreached(host: str, error: httpx2.TransportError) -> str:
    where, cause = plain(host), _cause(error)
    if isinstance(cause, ssl.SSLError):
        why = getattr(cause, "verify_message", "") or cause.reason or "TLS"
        return f"The connection to {where} is not secure, so nothing was sent: {plain(why)}."
    if isinstance(error, httpx2.TimeoutException):
        return f"{where} did not answer in time."
    why = (cause.strerror if isinstance(cause, OSError) else None) or type(error).__name__
    return f"{where} cannot be reached: {plain(why)}."


def _cause(error: BaseException) -> BaseException:
    while (deeper := error.__cause__ or error.__context__) is not None:
        error = deeper
        if isinstance(error, ssl.SSLError):
            break
    return error


def _refused(answer: httpx2.Response, body: bytes) -> Exception:
    """Returns the exception for an answer that is no verdict."""
    status, problem = answer.status_code, _problem(body)
    if problem and status in (400, 414, 422):
        return Misused(_broken_rules(problem))
    if answer.is_redirect:
        to = urlsplit(answer.headers.get("Location", ""))
        elsewhere = plain(f"{to.scheme}://{to.netloc}") if to.netloc else "another address"
        return Unanswered(f"The service has moved to {elsewhere}: set GATEPROOF_URL to where it is now.")
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorised(BY_STATUS[status])
    if status in BY_STATUS:
        return Unanswered(
            BY_STATUS[status] if problem else f"{BY_STATUS[status]} Or GATEPROOF_URL is another service's."
        )
    title = f": {plain(problem['title'])}" if problem and isinstance(problem.get("title"), str) else ""
    return Unanswered(
        f"The service answered {status}{title}.",
        passing=status in PASSING,
        wait=_seconds(answer.headers.get("Retry-After", "")),
    )


def _problem(body: bytes) -> dict[str, Any] | None:
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return problem if isinstance(problem, dict) and isinstance(problem.get("type"), str) else None


def _broken_rules(problem: dict[str, Any]) -> str:
    errors = problem.get("errors")
    rules = [
        plain(f"{each['field']} {each['rule']}: {each['remedy']}")
        for each in (errors if isinstance(errors, list) else [])
        if isinstance(each, dict) and {"field", "rule", "remedy"} <= each.keys()
    ]
    return f"The service refuses the question. {'; '.join(rules) or plain(problem.get('title', ''))}."


def _seconds(retry_after: str) -> float | None:
    return float(retry_after) if fullmatch(r"\d{1,5}", retry_after) else None
