"""Whatever goes wrong on the way is exit code 3 and a sentence: never a verdict, and never a traceback."""

import copy
import json
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from service.check.answer import read_verdict
from service.check.formats import FORMATS
from service.check.outcomes import Unanswered
from tests.check.conftest import Check
from tests.check.serving import Odd, in_turn, with_bytes, with_json
from tests.domain.building import Story, one
from tests.properties.histories import HEARD

PROBLEM = {"type": "/problems/busy", "title": "Too busy just now", "status": 503, "detail": ""}


@cache
def blocked() -> dict[str, Any]:
    """A document that says blocked."""
    story = Story(one(HEARD), segments=["smb"])
    story.state("problem")
    document: dict[str, Any] = json.loads(story.verdict().model_dump_json())
    return {**document, "concept": "radar"}


def truncated(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"verdict": "ready"')


def slowly(request: BaseHTTPRequestHandler) -> None:
    """A byte now and then: no single wait is long."""
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(40):
        request.wfile.write(b" ")
        request.wfile.flush()
        time.sleep(0.1)


READY = {**blocked(), "verdict": "ready", "ready": True, "blocking": []}
ANSWERS = {
    "a login page": with_bytes(b"<html>Log in</html>"),
    "nothing": with_bytes(b""),
    "another service": with_json({"status": "ok"}),
    "a list": with_json([READY]),
    "null": with_json(None),
    "deep": with_bytes(b"[" * 100_000),
    "not text": with_bytes(b"\xff\xfe\x00"),
    "wrongly zipped": with_bytes(b"zip", Content_Encoding="gzip"),
    "about another concept": with_json({**READY, "concept": "other"}),
    "at odds with itself": with_json({**blocked(), "ready": True}),
    "ready, and blocking": with_json({**READY, "blocking": ["g1"]}),
    "an unknown verdict": with_json({**READY, "verdict": "probably"}),
    "nothing new, unasked": with_bytes(b"", 304),
    "moved": with_bytes(b"", 302, Location="https://elsewhere.example/login"),
    "no content": with_bytes(b"", 204),
    "created": with_bytes(b"", 201),
    "unauthorised": with_json({**PROBLEM, "type": "/problems/unauthorized"}, 401),
    "forbidden": with_json(PROBLEM, 403),
    "not found": with_bytes(b"nginx", 404),
    "refused, not by Gateproof": with_bytes(b"nginx", 400),
    "too many": with_json(PROBLEM, 429, Retry_After="0"),
    "fault": with_json(PROBLEM, 500),
    "a gateway": with_bytes(b"Bad Gateway", 502),
    "busy": with_json(PROBLEM, 503, Retry_After="600"),
    "cut short": truncated,
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("asked", [["radar"], ["jira:1"], ["--all"]], ids=str)
def test_it_is_no_answer(check: Check, odd: Odd, name: str, asked: list[str]) -> None:
    odd.answering = ANSWERS[name]
    done = check(*asked, "--url", odd.url)
    assert (done.code, done.out) == (3, ""), done
    assert done.err.startswith("Could not be answered: ")
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err


def test_the_same_answers_sound_are_verdicts(check: Check, odd: Odd) -> None:
    for document, code in ((READY, 0), (blocked(), 1)):
        odd.answering = with_json({**document, "a_field_of_tomorrow": {"of": ["another", "shape"]}})
        assert check("radar", "--url", odd.url).code == code


def test_what_may_pass_is_tried_again_and_what_will_not_is_not(check: Check, odd: Odd) -> None:
    for answering, times in (
        (ANSWERS["fault"], 3),
        (ANSWERS["too many"], 3),
        (ANSWERS["busy"], 1),
        (ANSWERS["unauthorised"], 1),
        (ANSWERS["a login page"], 1),
    ):
        odd.asked.clear()
        odd.answering = answering
        check("radar", "--url", odd.url)
        assert len(odd.asked) == times
    odd.answering = in_turn(ANSWERS["fault"], with_json(READY))
    assert check("radar", "--url", odd.url).code == 0


def test_an_answer_that_does_not_end_is_given_up(check: Check, odd: Odd) -> None:
    odd.answering = slowly
    done = check("radar", "--url", odd.url, "--timeout", "1s")
    assert (done.code, "within 1 seconds" in done.err) == (3, True)


def test_nobody_is_sent_the_token_after_a_redirect(check: Check, odd: Odd) -> None:
    other = Odd()
    odd.answering = with_bytes(b"", 307, Location=f"{other.url}/v1/concepts/radar/readiness")
    done = check("radar", "--url", odd.url)
    assert (done.code, other.asked) == (3, [])
    assert f"moved to {other.url}: set GATEPROOF_URL" in done.err
    other.close()


def test_no_token_is_sent_where_the_certificate_is_not_trusted(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "pem").write_bytes(private + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")
    secure = Odd(lambda plain: context.wrap_socket(plain, server_side=True))
    done = check("radar", "--url", f"https://{secure.host}")
    assert (done.code, secure.asked) == (3, [])
    assert "is not secure, so nothing was sent: self-signed certificate" in done.err
    secure.answering = with_json(READY)
    assert check("radar", "--url", f"https://{secure.host}", SSL_CERT_FILE=str(tmp_path / "pem")).code == 0
    spoken = Odd()
    assert check("radar", "--url", f"https://{spoken.host}").code == 3
    secure.close()
    spoken.close()


@pytest.mark.usefixtures("unknown_names")
def test_a_name_that_nobody_has(check: Check) -> None:
    done = check("radar", "--url", "http://no-such-host.invalid")
    assert (done.code, "no-such-host.invalid cannot be reached: " in done.err) == (3, True)


def test_a_fault_of_the_check_itself_is_no_verdict(
    check: Check, odd: Odd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    odd.answering = with_json(READY)
    report = check("radar", "--url", odd.url, "--report", f"junit={tmp_path / 'no' / 'such'}")
    assert (report.code, "cannot be written" in report.err) == (3, True)
    with monkeypatch.context() as here:
        here.setitem(FORMATS, "text", lambda _: str(1 / 0))
        assert check("radar", "--url", odd.url).code == 3
    monkeypatch.setattr("service.check.asking.read_verdict", lambda *_: 1 / 0)
    done = check("radar", "--url", odd.url)
    assert (done.code, "The check itself failed (ZeroDivisionError)" in done.err) == (3, True)


def test_every_form_says_that_there_is_no_answer(check: Check, odd: Odd) -> None:
    odd.answering = ANSWERS["fault"]
    environment = {
        form: check("radar", "--url", odd.url, "-f", form) for form in ("json", "junit", "markdown", "github")
    }
    assert {each.code for each in environment.values()} == {3}
    assert json.loads(environment["json"].out) == {
        "verdict": None,
        "ready": None,
        "error": "The service answered 500: Too busy just now.",
    }
    assert 'errors="1"' in environment["junit"].out
    assert environment["markdown"].out.startswith("### ❔ Could not be answered")
    assert environment["github"].out.startswith("::error title=Gateproof could not be asked::")


_values = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})


@given(data=st.data())
def test_no_damage_to_a_document_makes_a_blocked_one_ready(data: st.DataObject) -> None:
    document = copy.deepcopy(blocked())
    for _ in range(data.draw(st.integers(1, 3))):
        at: Any = document
        while True:
            step = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
            if isinstance(at[step], dict | list) and at[step] and data.draw(st.booleans()):
                at = at[step]
                continue
            at[step] = data.draw(_values)
            break
    with suppress(Unanswered):
        assert not read_verdict(document, "radar", None).ready
