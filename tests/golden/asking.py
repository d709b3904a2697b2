"""What is asked of a golden database: what can be read of now and of earlier instants, but for the log: its
events stand among the rows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from fastapi.testclient import TestClient

from tests.gateproof import Body

LISTS = ("portfolios", "people", "tokens", "customers", "processes", "conversations", "webhooks", "readiness")
SINGLE = (
    *("reports/outcomes", "reports/outcomes/waivers", "readiness?expiring_within=20"),
    *("audit/keys", "audit/verify"),
)
OF_CONCEPTS = (
    *("decisions", "citations", "reviews", "waivers", "approvals", "disconfirmation-notes", "outcomes"),
    *("badges", "readiness/plan"),
)
EARLIER = (timedelta(microseconds=1), *(timedelta(days=days) for days in (1, 3, 9, 13, 14, 22, 30, 38)))
LIMIT = 200


class Asking:
    """Answers by what was asked: a path with its query."""

    def __init__(self, client: TestClient, now: datetime) -> None:
        self.client, self.now = client, now
        self.answers: dict[str, Any] = {}

    def ask(self, path: str) -> Body:
        """The answer's body, remembered with its status."""
        answer = self.client.get(f"/v1/{path}")
        body: Body = answer.json()
        self.answers[path] = [answer.status_code, body]
        return body

    def pages(self, path: str) -> Iterator[Body]:
        """Every item, page after page."""
        asked = f"{path}{'&' if '?' in path else '?'}limit={LIMIT}"
        page = self.ask(asked)
        yield from page["items"]
        while page["next"]:
            page = self.ask(f"{asked}&cursor={quote(page['next'])}")
            yield from page["items"]


def ask_everything(client: TestClient, now: datetime) -> dict[str, Any]:
    """What the API says of it all."""
    asking = Asking(client, now)
    listed = {name: list(asking.pages(name)) for name in LISTS}
    for single in SINGLE:
        asking.ask(single)
    for process in listed["processes"]:
        asking.ask(f"processes/{process['key']}/versions")
    for customer in listed["customers"]:
        asking.ask(f"customers/{customer['key']}/export")
    for conversation in listed["conversations"]:
        if conversation["revision"] > 1:
            asking.ask(f"conversations/{conversation['id']}/revisions")
    for webhook in listed["webhooks"]:
        list(asking.pages(f"webhooks/{webhook['id']}/deliveries"))
    for concept in asking.pages("concepts"):
        _ask_of_concept(asking, concept)
    return asking.answers


def _ask_of_concept(asking: Asking, concept: Body) -> None:
    path = f"concepts/{concept['key']}"
    of_process = "processes/{key}/versions/{version}".format(**concept["process"])
    gates = [gate["key"] for gate in asking.ask(of_process)["document"]["gates"]]
    for query in ("", *(f"?gate={gate}" for gate in gates)):
        asking.ask(f"{path}/readiness{query}")
    for apart in EARLIER:
        at = quote((asking.now - apart).isoformat())
        asking.ask(f"{path}/readiness?as_of={at}")
    for room in OF_CONCEPTS:
        asking.ask(
            f"{path}/{room}" if room in ("decisions", "readiness/plan") else f"{path}/{room}?limit={LIMIT}"
        )
    for review in asking.answers[f"{path}/reviews?limit={LIMIT}"][1]["items"]:
        for proof in ("replay", "attestation"):
            asking.ask(f"{path}/reviews/{review['id']}/{proof}")
    for decision in asking.answers[f"{path}/decisions"][1]["items"]:
        for room in ("versions", "outcome"):
            asking.ask(f"{path}/decisions/{decision['key']}/{room}")
