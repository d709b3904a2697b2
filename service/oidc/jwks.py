"""The keys in an issuer's JWKS that may verify its tokens."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError
from jwt.algorithms import AllowedPublicKeys

from service.oidc.fetching import Unusable
from service.oidc.trust import Algorithm

MAX_KEYS = 20
MAX_KID = 200
RSA_BITS = range(2048, 8193)

KINDS: dict[Algorithm, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""The kind of key, and its curve, that each algorithm takes."""


class SigningKey(NamedTuple):
    """A public key, and the algorithms that it may verify: never the one that a token asks for."""

    public: AllowedPublicKeys
    algorithms: tuple[Algorithm, ...]


def signing_keys(document: dict[str, Any], allowed: Sequence[Algorithm]) -> dict[str, SigningKey]:
    """Returns the keys by kid. Skips keys for other purposes, and a kid that two keys share.

    Raises Unusable when the document is no JWKS, has more than 20 keys, or none that serves.
    """
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise Unusable("no keys")
    if len(listed) > MAX_KEYS:
        raise Unusable("too many keys")
    jwks = [jwk for jwk in listed if isinstance(jwk, dict) and _has_kid(jwk)]
    times = Counter(jwk["kid"] for jwk in jwks)
    made = {jwk["kid"]: _signing_key(jwk, allowed) for jwk in jwks if times[jwk["kid"]] == 1}
    usable = {kid: key for kid, key in made.items() if key is not None}
    if not usable:
        raise Unusable("no key that serves")
    return usable


def _has_kid(jwk: dict[str, Any]) -> bool:
    kid = jwk.get("kid")
    return isinstance(kid, str) and 0 < len(kid) <= MAX_KID


def _signing_key(jwk: dict[str, Any], allowed: Sequence[Algorithm]) -> SigningKey | None:
    """Returns None for a key of another kind or purpose, and for a private one, which is public by now."""
    algorithms = tuple(algorithm for algorithm in allowed if _serves(jwk, algorithm))
    if not algorithms or "d" in jwk or not _for_signatures(jwk):
        return None
    try:
        public = PyJWK(jwk, algorithm=algorithms[0]).key
    except (PyJWTError, ValueError, TypeError):
        return None
    if isinstance(public, RSAPublicKey) and public.key_size not in RSA_BITS:
        return None
    return SigningKey(public, algorithms)


def _serves(jwk: dict[str, Any], algorithm: Algorithm) -> bool:
    kind, curve = KINDS[algorithm]
    return jwk.get("kty") == kind and jwk.get("crv") == curve and jwk.get("alg", algorithm) == algorithm


def _for_signatures(jwk: dict[str, Any]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return jwk.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations
