"""Routes of access: tokens, and who one's own token speaks for."""

from typing import Annotated

from fastapi import APIRouter

from schemas.access import ExchangeIn, Me, NewToken, RevokeIn, RotateIn, Token, TokenIn
from schemas.page import Page
from service.api.call import Call, Creating, Reading
from service.api.contract.problem_examples import errors, list_errors, missing, unknown, write_errors
from service.api.examples import example, path
from service.api.guards import GuardedRoute
from service.api.parameters import Paging
from service.api.permissions import MAY, may
from service.usecases.registry import tokens

router = APIRouter(route_class=GuardedRoute, prefix="/v1", tags=["Access"])
CI_BOT = ("tok_000000-ci-bot", "tok_000000-ci-bot: a bot's that sees the harbour")
LOST_BOT = ("tok_000000-lost-bot", "tok_000000-lost-bot: one that nobody needs")
Id = Annotated[str, path("The token's id.", CI_BOT, LOST_BOT)]


@router.post(
    "/tokens",
    status_code=201,
    summary="Create a token",
    responses=write_errors("token-shown", wrong=missing("role")),
    openapi_extra=example(name="Nightly build", role="bot", portfolios=["harbour"], expires_in_days=30),
)
async def create_token(body: TokenIn, call: Creating) -> NewToken:
    """For a person in a role, or for a bot. **It is shown this once**: only a keyed hash is kept.

    Rules about who may (owner, citer, approver) compare persons: two tokens of one person are one person.
    """
    return _shown_once(await call.write(tokens.create_token, body), call)


@router.post(
    "/token-exchange",
    status_code=201,
    summary="Exchange a CI system's id token",
    responses=write_errors(wrong=unknown("token")),
    openapi_extra=example(),
)
async def exchange_token(body: ExchangeIn, call: Creating) -> NewToken:  # noqa: ARG001
    """For CI systems (GitHub Actions, GitLab CI): no secret of Gateproof's need be kept there.

    Send the id token as `Authorization: Bearer`, once. What comes back is a bot's token that stands for
    fifteen minutes. Whom to trust is in the operator's configuration only; any other token is refused.
    """
    return _shown_once(await call.write(tokens.exchange_token, call.holder), call)


@router.get("/tokens", summary="List tokens", responses=list_errors())
async def list_tokens(page: Paging, call: Reading) -> Page[Token]:
    """Every token that was ever made, without the token itself."""
    return call.link(await call.read(tokens.list_tokens, page))


@router.get("/tokens/{token}", summary="Read a token", responses=errors(of="token"))
async def get_token(token: Id, call: Reading) -> Token:
    """What it is for, when it ends, and when it was last used (to the hour)."""
    return await call.read(tokens.get_token, token)


@router.post(
    "/tokens/{token}/rotate",
    status_code=201,
    summary="Rotate a token",
    responses=write_errors("token-ended", "token-shown", wrong=unknown("overlap_hours"), of="token"),
    openapi_extra=example(overlap_minutes=60),
)
async def rotate_token(token: Id, body: RotateIn, call: Creating) -> NewToken:
    """A new token that may the same, for as long again; the old one stands for the overlap.

    Anybody may rotate their own; an admin any.
    """
    return _shown_once(await call.write(tokens.rotate_token, call.holder, token, body), call)


@router.post(
    "/tokens/{token}/revoke",
    summary="Revoke a token",
    responses=write_errors("token-ended", wrong=unknown("token"), of="token"),
    openapi_extra=example(reason="The laptop was lost."),
)
async def revoke_token(
    token: Annotated[str, path("The token's id.", LOST_BOT, CI_BOT)], body: RevokeIn, call: Creating
) -> Token:
    """It opens nothing from now on. Anybody may revoke their own; an admin any."""
    return await call.write(tokens.revoke_token, call.holder, token, body)


@router.get("/me", summary="Read who I am", responses=errors())
async def get_me(call: Reading) -> Me:
    """Who this token speaks for, what it sees, and which operations it may call."""
    holder = call.holder
    return Me(
        role=holder.role,
        person=holder.person,
        portfolios=None if holder.portfolios is None else sorted(holder.portfolios),
        token=holder.token,
        operations=[operation for operation in MAY if may(holder, operation)],
    )


def _shown_once(made: NewToken, call: Call) -> NewToken:
    """Answers with the token and its Location. Nothing on the way may store it."""
    call.response.headers["Location"] = f"/v1/tokens/{made.id}"
    call.response.headers["Cache-Control"] = "no-store"
    return made
