"""The token that a check sends: from a file, the environment or, without a secret, the CI system."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from service.check.outcomes import Misused

NONE = (
    "There is no token. Set GATEPROOF_TOKEN, or name a file with --token-file; in GitHub Actions, give the"
    " job the permission id-token: write; in GitLab CI, give it the id token GATEPROOF_ID_TOKEN."
)


class Identity(NamedTuple):
    """A token and its use. `exchange`: it is an id token, to be exchanged once.
    `github`: where GitHub gives one for the asking, and the token to ask with."""

    token: str | None = None
    exchange: bool = False
    github: tuple[str, str] | None = None

    @property
    def renewable(self) -> bool:
        """True if the CI system gives another token once this one has ended."""
        return self.github is not None


def identity_of(environment: Mapping[str, str], token_file: Path | None) -> Identity:
    """Returns the first that is there: --token-file, GATEPROOF_TOKEN, GATEPROOF_TOKEN_FILE,
    GATEPROOF_ID_TOKEN, GitHub's own. Raises Misused where there is none."""
    settings = {name: value.strip() for name, value in environment.items() if value.strip()}
    if token_file is None and "GATEPROOF_TOKEN" in settings:
        return Identity(_sound(settings["GATEPROOF_TOKEN"], "GATEPROOF_TOKEN"))
    if token_file is None and "GATEPROOF_TOKEN_FILE" in settings:
        token_file = Path(settings["GATEPROOF_TOKEN_FILE"])
    if token_file is not None:
        return Identity(_sound(_read(token_file), str(token_file)))
    if "GATEPROOF_ID_TOKEN" in settings:
        return Identity(_sound(settings["GATEPROOF_ID_TOKEN"], "GATEPROOF_ID_TOKEN"), exchange=True)
    if "ACTIONS_ID_TOKEN_REQUEST_URL" in settings and "ACTIONS_ID_TOKEN_REQUEST_TOKEN" in settings:
        address, key = settings["ACTIONS_ID_TOKEN_REQUEST_URL"], settings["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
        return Identity(exchange=True, github=(address, _sound(key, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")))
    raise Misused(NONE)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise Misused(f"{path}: the token cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise Misused(f"{path}: there is no token in it.") from None


def _sound(token: str, source: str) -> str:
    """Returns the token if it may stand in a header. No message repeats it."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Misused(f"{source}: there is no token in it, or more than one line or word.")
    return token
