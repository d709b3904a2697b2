"""Routes of webhooks: subscriptions, and the deliveries to them."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query

from schemas.flips import MEANINGS, NOTICE_TYPES, Notice, Ping
from schemas.page import Page
from schemas.webhook import (
    Delivery,
    DeliveryDetails,
    DeliveryState,
    NewSecret,
    NewWebhook,
    Nothing,
    RotateSecretIn,
    Webhook,
    WebhookIn,
    WebhookPatch,
)
from service.api.call import Changing, Creating, Reading
from service.api.contract.problem_examples import (
    change_errors,
    errors,
    list_errors,
    missing,
    unknown,
    write_errors,
)
from service.api.examples import choice, example, examples, path
from service.api.guards import GuardedRoute
from service.api.parameters import Paging
from service.delivery.targets import require_target
from service.usecases.notify import deliveries, webhooks

router = APIRouter(route_class=GuardedRoute, prefix="/v1/webhooks", tags=["Webhooks"])
BOARD = ("whk_001500-board", "whk_001500-board: the example's")
PINGED = ("dlv_001500-board", "dlv_001500-board: a test")
Id = Annotated[str, path("The webhook's id.", BOARD)]
DeliveryId = Annotated[str, path("The delivery's id.", PINGED)]
SUBSCRIBED = {
    "url": "https://hooks.example/gateproof",
    "types": ["readiness.ready", "readiness.expiring", "readiness.expired"],
    "portfolios": ["harbour"],
    "payload": "thin",
    "expiring_within_days": 14,
    "description": "The board in the corridor",
}


@router.post(
    "",
    status_code=201,
    summary="Subscribe a webhook",
    responses=write_errors("secret-shown", wrong=missing("types")),
    openapi_extra=examples(
        choice("verdicts: as they flip, in one portfolio", **SUBSCRIBED),
        choice(
            "everything: with the whole verdict, without anybody's words",
            **SUBSCRIBED | {"payload": "full", "types": list(NOTICE_TYPES)},
        ),
    ),
)
async def create_webhook(body: WebhookIn, call: Creating) -> NewWebhook:
    """Tell an address what happens, as [Standard Webhooks](https://www.standardwebhooks.com).

    **The secret that verifies is shown this once.** What happens from now on is told; the
    messages are under Webhooks at the end of this contract. The address must be public and https.
    """
    await require_target(call.context.targets, body.url, "body.url")
    made = await call.write(webhooks.create_webhook, body)
    call.response.headers["Cache-Control"] = "no-store"
    return call.tag(made, f"/v1/webhooks/{made.id}")


@router.get("", summary="List webhooks", responses=list_errors())
async def list_webhooks(page: Paging, call: Reading) -> Page[Webhook]:
    """Every subscription, without its address and its secret."""
    return call.link(await call.read(webhooks.list_webhooks, call.caller, page))


@router.get("/{webhook}", summary="Read a webhook", responses=errors(of="webhook"))
async def get_webhook(webhook: Id, call: Reading) -> Webhook:
    """Of what it is told, and whether it still is."""
    return call.tag(await call.read(webhooks.get_webhook, call.caller, webhook))


@router.patch(
    "/{webhook}",
    summary="Change a webhook",
    responses=change_errors(wrong=unknown("secret"), of="webhook"),
    openapi_extra=example(expiring_within_days=30),
)
async def change_webhook(webhook: Id, body: WebhookPatch, call: Changing) -> Webhook:
    """Another address or other types; `enabled: false` stops it, `true` starts it again from now on."""
    if body.url is not None:
        await require_target(call.context.targets, body.url, "body.url")
    return call.tag(await call.write(webhooks.change_webhook, webhook, body))


@router.post(
    "/{webhook}/rotate",
    status_code=201,
    summary="Rotate a webhook's secret",
    responses=write_errors("secret-shown", wrong=unknown("overlap"), of="webhook"),
    openapi_extra=example(overlap_hours=24),
)
async def rotate_webhook_secret(webhook: Id, body: RotateSecretIn, call: Creating) -> NewSecret:
    """A new secret, shown this once. Until the overlap ends every message has both signatures."""
    call.response.headers["Cache-Control"] = "no-store"
    return await call.write(webhooks.rotate_webhook_secret, webhook, body)


@router.post(
    "/{webhook}/ping",
    status_code=201,
    summary="Send a test",
    responses=write_errors("webhook-disabled", wrong=unknown("type"), of="webhook"),
    openapi_extra=example(),
)
async def ping_webhook(webhook: Id, body: Nothing, call: Creating) -> Delivery:  # noqa: ARG001
    """A message of type `webhook.ping`, on its way like any other: its delivery says what came of it."""
    return await call.write(deliveries.ping_webhook, webhook)


@router.get("/{webhook}/deliveries", summary="List deliveries", responses=list_errors(of="webhook"))
async def list_deliveries(
    webhook: Id,
    page: Paging,
    call: Reading,
    state: Annotated[DeliveryState | None, Query(description="Only those that stand so.")] = None,
) -> Page[Delivery]:
    """What was sent or is on its way, in the order in which it was noticed. Kept for 30 days."""
    return call.link(await call.read(deliveries.list_deliveries, call.caller, page, webhook, state))


@router.get("/{webhook}/deliveries/{delivery}", summary="Read a delivery", responses=errors(of="delivery"))
async def get_delivery(webhook: Id, delivery: DeliveryId, call: Reading) -> DeliveryDetails:
    """With every try: when, how long it took, and what was answered."""
    return await call.read(deliveries.get_delivery, call.caller, webhook, delivery)


@router.post(
    "/{webhook}/deliveries/{delivery}/resend",
    summary="Send once more",
    responses=write_errors("webhook-disabled", wrong=unknown("body"), of="delivery"),
    openapi_extra=example(),
)
async def resend_delivery(
    webhook: Id,
    delivery: DeliveryId,
    body: Nothing,  # noqa: ARG001
    call: Creating,
) -> Delivery:
    """At once, whatever came of it before, and with the same `webhook-id`: who had it can tell."""
    return await call.write(deliveries.resend_delivery, webhook, delivery)


def _about(type: str) -> dict[str, Any]:
    return {
        "methods": ["POST"],
        "name": type.replace(".", "_"),
        "summary": MEANINGS[type],
        "description": SIGNED,
        "tags": ["Webhooks"],
        "status_code": 204,
        "responses": {204: {"description": "Any 2xx: it arrived."}, 410: {"description": "Never again."}},
    }


SIGNED = """Signed as Standard Webhooks says: verify it with any of their libraries before you believe it.
The same message may come twice, with the same `webhook-id`. What is not answered with 2xx within 15 seconds
comes again, ten times in three days; `Retry-After` is heeded, 410 ends the subscription."""

MessageId = Annotated[str, Header(alias="webhook-id", description="The same at every try.")]
Stamp = Annotated[int, Header(alias="webhook-timestamp", description="Of the try, seconds since 1970.")]
Signature = Annotated[
    str, Header(alias="webhook-signature", description="`v1,` and a base64 HMAC-SHA256; two while rotating.")
]


def _receive_notice(body: Notice, webhook_id: MessageId, stamp: Stamp, signature: Signature) -> None:
    """Describes the message to the contract. Never called: the receiver implements it."""


def _receive_ping(body: Ping, webhook_id: MessageId, stamp: Stamp, signature: Signature) -> None:
    """Describes the message to the contract. Never called: the receiver implements it."""


messages = APIRouter()
"""The contract's section of webhooks."""
for type in NOTICE_TYPES:
    messages.add_api_route(type, _receive_notice, **_about(type))
messages.add_api_route("webhook.ping", _receive_ping, **_about("webhook.ping"))
