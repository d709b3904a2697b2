"""What is measured, a definition each."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from secrets import token_bytes
from typing import Any
from urllib.request import Request, urlopen

import orjson

from benchmarks import bars
from benchmarks.asking import Ask, Columns, sized
from benchmarks.rounds import Subject
from benchmarks.seed import (
    BENCH,
    CONCEPT,
    ELSEWHERE,
    GATES,
    HEAVY,
    TOKEN,
    World,
    conversation,
    gate_key,
    summary,
)
from benchmarks.servers import Server
from service.clock import now
from service.commands.load import request
from service.domain.access.token_form import RANDOM_BYTES, token_of

READINESS = f"/v1/concepts/{CONCEPT}/readiness"
ADVANCING = 300
"""Concepts that a round advances, each through thirty gates one after the other."""
PAGES, STRANGERS, INSTANTS = 60, 5_000, 20_000
HOST = {"Host": "127.0.0.1"}
"""As every request says it: addresses in documents are of the host that was asked."""
Committing = Callable[[int, str], AbstractContextManager[object]]


def floors(servers: dict[str, Server]) -> list[Subject]:
    """Each by itself, in a process of its own."""
    get = Ask(request("GET", "/"))
    return [
        Subject(bars.U, servers["U"], get),
        Subject(bars.F, servers["F"], get),
        Subject(bars.P, servers["P"], get),
        Subject(bars.V, servers["V"], recorded()),
    ]


def polled(service: Server, world: World) -> list[Subject]:
    """Verdicts, one concept's at a time. Cold: each request asks for another of many concepts, more than
    any process keeps at hand, so that what is recorded is read, judged and written out anew."""
    full = f"/v1/concepts/{world.full[0]}/readiness" if world.full else READINESS
    return [
        Subject(bars.UNCHANGED, service, lambda _: unchanged(service)),
        Subject(bars.WARM, service, warm()),
        Subject(bars.BOT, service, warm(world.bot)),
        Subject(bars.COLD, service, cold(world.alike)),
        Subject(bars.INSTANT, service, instants()),
        Subject(bars.READ_ANEW, service, lambda _: read_anew(service, [CONCEPT])),
        Subject(bars.COLD_200, service, cold(world.heavy)),
        Subject(bars.WARM_FULL, service, Ask(request("GET", full, token=TOKEN))),
        Subject(bars.COLD_FULL, service, cold(world.full)),
    ]


def written(service: Server, world: World) -> list[Subject]:
    """Durable writes, each answered after its commit."""
    return [
        Subject(bars.RECORD, service, recorded()),
        Subject(bars.ADVANCE, service, lambda number: advanced(world.advancing, number)),
    ]


def paged(service: Server) -> list[Subject]:
    """The ready of ten thousand, by what expires first: another page for each request, verdicts counted."""
    path = f"/v1/readiness?portfolio={BENCH}&verdict=ready&limit=100"
    return [Subject(bars.PAGE, service, _page_after_page(service, path), each=100)]


def events(service: Server) -> Subject:
    """The log from its beginning: another page for each request, events counted."""
    return Subject(bars.EVENTS, service, _page_after_page(service, "/v1/events?limit=200"), each=200)


def _page_after_page(service: Server, path: str) -> Ask:
    cursors = list(_cursors(service, path))
    width = max(map(len, cursors))
    # Cursors of one length go around; the others, if any, are left out.
    values = [(each,) for each in cursors if len(each) == width]
    return Ask(request("GET", f"{path}&cursor=@1@", token=TOKEN), values=values)


def disturbed(service: Server, committing: Committing) -> list[Subject]:
    """The warm poll while another process commits."""

    def subject(rate: int, where: str, portfolio: str) -> Subject:
        return Subject(
            bars.meanwhile(rate, where), service, warm(), meanwhile=lambda: committing(rate, portfolio)
        )

    return [
        subject(rate, where, portfolio)
        for rate in (100, 500)
        for where, portfolio in (("same portfolio", BENCH), ("another", HEAVY))
    ]


def storms(service: Server) -> list[Subject]:
    """Whoever means no good, or does not know better. Failing to log in has a limit, so 429 is right too."""
    strangers = [(token_of(token_bytes(RANDOM_BYTES)),) for _ in range(STRANGERS)]
    ghost = request("GET", "/v1/concepts/ghost-@n@/readiness", token=TOKEN)
    changed = request("GET", READINESS, token=TOKEN, If_None_Match='"random-@n@"')
    return [
        Subject(bars.MALFORMED, service, Ask(request("GET", READINESS, token="nonsense-@n@"), (401, 429))),
        Subject(bars.UNKNOWN, service, Ask(request("GET", READINESS, token="@1@"), (401, 429), strangers)),
        Subject(bars.GHOSTS, service, Ask(ghost, (404,))),
        Subject(bars.ETAGS, service, Ask(changed)),
    ]


def elsewhere(database: str, service: Server, world: World) -> list[Subject]:
    """What is measured on PostgreSQL too."""
    wanted = (bars.UNCHANGED, bars.WARM, bars.COLD, bars.RECORD)
    subjects = [*polled(service, world), *written(service, world)]
    return [each._replace(name=bars.on(database, each.name)) for each in subjects if each.name in wanted]


def unchanged(service: Server, path: str = READINESS) -> Ask:
    """A poll that knows the verdict as it is now."""
    _, etag = read(service, path)
    return Ask(request("GET", path, token=TOKEN, If_None_Match=etag), (304,))


def warm(token: str = TOKEN) -> Ask:
    """A poll for the whole document, of a concept that nothing happened to."""
    return Ask(request("GET", READINESS, token=token))


def cold(keys: Sequence[str], query: str = "", names: int = 1) -> Ask:
    """Polls, each of another concept; by so many names of the service in turn, each with its own answers."""
    sent = request("GET", f"/v1/concepts/@1@/readiness{query}", token=TOKEN)
    if names > 1:
        sent = sent.replace(b"Host: 127.0.0.1", b"Host: name-@2@.example")
    return Ask(sent, values=[(key, f"{n:03}") for n in range(names) for key in keys])


def instants(path: str = READINESS) -> Ask:
    """The verdict of another instant each time: what is known is at hand, and judged anew."""
    instant = now()
    values = [(f"{instant + timedelta(microseconds=n):%Y-%m-%dT%H:%M:%S.%fZ}",) for n in range(INSTANTS)]
    return Ask(request("GET", f"{path}?as_of=@1@", token=TOKEN), values=values)


def read_anew(service: Server, keys: Sequence[str]) -> Ask:
    """The verdict at a position of the log: its events are read and folded each time, none are kept. The last
    of the keys is the one that was recorded last."""
    position = orjson.loads(read(service, f"/v1/concepts/{keys[-1]}/readiness")[0])["position"]
    return cold(keys, f"?position={position}")


def recorded() -> Ask:
    """Conversations, each with words and a key of its own."""
    body = conversation(0, ELSEWHERE) | {"external": [{"system": "notes", "id": f"{_run()}-@n@"}]}
    body["summary"] = summary("@n@")
    key = f"{_run()}-@n@"
    sent = request("POST", "/v1/conversations", body, TOKEN, Idempotency_Key=key)
    return Ask(sized(sent, {b"@n@": 8}), (201,))


def advanced(keys: Sequence[str], number: int) -> Ask:
    """A go at the next gate, of concepts of this round's own: what is measured passes."""
    mine = keys[number * ADVANCING : (number + 1) * ADVANCING]
    values: list[Columns] = [(key, gate_key(gate)) for gate in range(GATES) for key in mine]
    body = {"gate": "@2@", "outcome": "go", "rationale": "They told us so."}
    sent = request("POST", "/v1/concepts/@1@/reviews", body, TOKEN)
    return Ask(sized(sent, {b"@2@": len(gate_key(0))}), (201,), values)


def _run() -> str:
    """A name that no earlier subject has."""
    return token_bytes(6).hex()


def read(service: Server, path: str, token: str = TOKEN) -> tuple[bytes, str]:
    """The bytes of an answer, and its ETag."""
    address = f"http://127.0.0.1:{service.port}{path}"
    with urlopen(
        Request(address, headers={**HOST, "Authorization": f"Bearer {token}"}), timeout=120
    ) as answer:
        return answer.read(), answer.headers.get("ETag", "")


def send(service: Server, body: dict[str, Any]) -> bytes:
    """What a conversation that is recorded answers."""
    headers = {**HOST, "Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{service.port}/v1/conversations"
    with urlopen(Request(address, orjson.dumps(body), headers), timeout=120) as answer:
        made: bytes = answer.read()
        return made


def _cursors(service: Server, path: str) -> Iterator[str]:
    following: str | None = ""
    for _ in range(PAGES):
        at = f"{path}&cursor={following}" if following else path
        following = orjson.loads(read(service, at)[0])["next"]
        if following is None:
            return
        yield following
