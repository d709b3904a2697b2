"""An issuer on loopback: it signs what a test asks for, and serves its keys as a test asks for."""

import json
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

Jwk = dict[str, Any]
Answer = Callable[[BaseHTTPRequestHandler], None]
KINDS = {
    RSAPrivateKey: RSAAlgorithm,
    EllipticCurvePrivateKey: ECAlgorithm,
    Ed25519PrivateKey: OKPAlgorithm,
}
CONFIGURATION = "/.well-known/openid-configuration"


@cache
def rsa_key(name: str, bits: int = 2048) -> Any:
    """The same key for the same name: making them takes time."""
    return generate_rsa(public_exponent=65537, key_size=bits)


@cache
def ec_key(name: str) -> Any:
    return generate_private_key(SECP256R1())


@cache
def ed_key(name: str) -> Any:
    return Ed25519PrivateKey.generate()


def jwk_of(key: Any, kid: str, **fields: Any) -> Jwk:
    """The public half as an issuer publishes it."""
    kinds = {
        RSAPrivateKey: RSAAlgorithm,
        EllipticCurvePrivateKey: ECAlgorithm,
        Ed25519PrivateKey: OKPAlgorithm,
    }
    algorithm = next(algorithm for kind, algorithm in kinds.items() if isinstance(key, kind))
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **fields}


class LoopbackIssuer:
    """Keys by kid; `answers` replaces what an address says; `asked` counts each."""

    def __init__(self) -> None:
        self.keys: list[Jwk] = [jwk_of(rsa_key("good"), "good", alg="RS256")]
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer_at(self, path: str) -> Any:
        if path == CONFIGURATION:
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}
        return {"keys": self.keys}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """As the issuer does, unless the header says otherwise."""
        return jwt.encode(claims, rsa_key("good"), "RS256", headers={"kid": "good", **header})


def _handler(issuer: LoopbackIssuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            if self.path in issuer.answers:
                issuer.answers[self.path](self)
            else:
                answer(self, json.dumps(issuer.answer_at(self.path)).encode())

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    return Handler


def answer(request: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
