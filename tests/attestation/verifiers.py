"""Three verifiers that are not ours: securesystemslib, openssl, and npm's @sigstore/verify."""

import json
import subprocess
from base64 import b64decode
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from tests.gateproof import Body
from tests.npm import installed, ran

HERE = Path(__file__).parent
Verifier = Callable[[Body, Body, Path], bool]
"""Of an envelope, the document of /v1/audit/keys, and a folder to work in: is it signed by one of them?"""


def by_securesystemslib(envelope: Body, keys: Body, _: Path) -> bool:
    """Its DSSE envelope, and keys of its own kind."""
    known = [
        SSlibKey(key["id"], "ecdsa", "ecdsa-sha2-nistp256", {"public": key["pem"]}) for key in keys["items"]
    ]
    try:
        Envelope.from_dict(deepcopy(envelope)).verify(known, 1)
    except VerificationError:
        return False
    return True


def by_openssl(envelope: Body, keys: Body, folder: Path) -> bool:
    """`openssl dgst` over the pre-authentication encoding, written out by hand."""
    [signature] = envelope["signatures"]
    pem = next((key["pem"] for key in keys["items"] if key["id"] == signature["keyid"]), None)
    if pem is None:
        return False
    payload, kind = b64decode(envelope["payload"]), envelope["payloadType"].encode()
    (folder / "public.pem").write_text(pem)
    (folder / "signature").write_bytes(b64decode(signature["sig"]))
    (folder / "message").write_bytes(
        b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])
    )
    command = ["openssl", "dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "message"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def by_sigstore(envelope: Body, keys: Body, folder: Path) -> bool:
    """npm's @sigstore/verify, by a bundle that names the key."""
    (folder / "envelope.json").write_text(json.dumps(envelope))
    (folder / "keys.json").write_text(json.dumps(keys))
    command = ["node", "verify.js", str(folder / "envelope.json"), str(folder / "keys.json")]
    done = ran(command, installed(HERE))
    assert (done.returncode, done.stdout.strip()) in (
        (0, ""),
        (1, "SIGNATURE_ERROR"),
        (1, "PUBLIC_KEY_ERROR"),
    ), done
    return done.returncode == 0


VERIFIERS: dict[str, Verifier] = {
    "securesystemslib": by_securesystemslib,
    "openssl": by_openssl,
    "sigstore": by_sigstore,
}
