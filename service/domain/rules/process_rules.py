"""The rules of a process beyond its shape, and the digest of its content."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import rfc8785
from msgspec import json

from schemas.process import AskedDecision, AtLeast, Criterion, Gate, Process
from service.domain.criteria.kinds import kind_of
from service.domain.criteria.weighing import where_of

Path = tuple[str | int, ...]


class Broken(NamedTuple):
    """A rule that a process breaks, and where."""

    path: Path
    rule: str
    remedy: str


def with_ids(process: Process) -> Process:
    """Criteria that were given no id get one from their place: g1-problem-2."""
    return process.model_copy(update={"gates": tuple(_gate_with_ids(g) for g in process.gates)})


def _gate_with_ids(gate: Gate) -> Gate:
    decisions = tuple(
        decision.model_copy(update={"criteria": _named(f"{gate.key}-{decision.key}", decision.criteria)})
        for decision in gate.decisions
    )
    own = {"criteria": _named(f"{gate.key}-gate", gate.criteria)} if gate.criteria else {}
    return gate.model_copy(update={"decisions": decisions, **own})


def _named(prefix: str, criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    return tuple(
        criterion if criterion.id else criterion.model_copy(update={"id": f"{prefix}-{number}".lower()})
        for number, criterion in enumerate(criteria, start=1)
    )


def content(process: Process) -> dict[str, Any]:
    """The process as it was written, without its key: two documents with equal content are one version."""
    return process.model_dump(mode="json", exclude_unset=True, exclude={"key"})


def digest(process: Process) -> str:
    """The digest of a process's content."""
    return digest_of(content(process))


def digest_of(document: Any) -> str:
    """SHA-256 of a process's content in RFC 8785 canonical JSON."""
    return _digest_of(json.encode(document))


@lru_cache(maxsize=64)
def _digest_of(written: bytes) -> str:
    """Kept: each concept that is created asks for its process's, and canonical JSON takes milliseconds."""
    return "sha256:" + sha256(rfc8785.dumps(json.decode(written))).hexdigest()


def looks_at_themes(process: Process) -> bool:
    """Returns whether any criterion is about themes."""
    criteria = (each for gate in process.gates for _, each in _criteria(gate, 0))
    return any(kind_of(each).traits.shows_themes or where_of(each).theme is not None for each in criteria)


def broken_rules(process: Process) -> list[Broken]:
    """Returns every rule that the process breaks. Its criteria must have their ids."""
    return [
        *_repeated_gates(process),
        *_repeated_ids(process),
        *_transcripts(process),
        *_launches(process),
        *(broken for i, gate in enumerate(process.gates) for broken in _gate(gate, i)),
    ]


def _repeated_gates(process: Process) -> Iterable[Broken]:
    times = Counter(gate.key for gate in process.gates)
    for index, gate in enumerate(process.gates):
        if times[gate.key] > 1:
            yield Broken(("gates", index, "key"), "gate keys are unique in a process", "rename one of them")


def _repeated_ids(process: Process) -> Iterable[Broken]:
    criteria = [each for i, gate in enumerate(process.gates) for each in _criteria(gate, i)]
    times = Counter(criterion.id for _, criterion in criteria)
    for path, criterion in criteria:
        if times[criterion.id] > 1:
            yield Broken(
                (*path, "id"),
                f"criterion ids are unique in a process; {criterion.id} stands more than once",
                "give each criterion an id of its own",
            )
        elif criterion.id in ("gates-in-order", "evidence-owed"):
            yield Broken((*path, "id"), "this id is Gateproof's own", "choose another id")


def _criteria(gate: Gate, index: int) -> Iterable[tuple[Path, Criterion]]:
    for d, decision in enumerate(gate.decisions):
        for c, criterion in enumerate(decision.criteria):
            yield ("gates", index, "decisions", d, "criteria", c), criterion
    for c, criterion in enumerate(gate.criteria):
        yield ("gates", index, "criteria", c), criterion


def _transcripts(process: Process) -> Iterable[Broken]:
    """What nothing can meet yet would block every concept for good."""
    for path, criterion in (each for i, gate in enumerate(process.gates) for each in _criteria(gate, i)):
        has = where_of(criterion).has or ()
        if "transcript" in has:
            yield Broken(
                (*path, "where", "has"),
                "no conversation has a transcript yet: they cannot be attached",
                "ask for a quote, a commitment or past_spend",
            )


def _launches(process: Process) -> Iterable[Broken]:
    launches = [index for index, gate in enumerate(process.gates) if gate.launch]
    for index in launches[1:]:
        yield Broken(("gates", index, "launch"), "a product is launched once", "mark one gate only")
    for index, gate in enumerate(process.gates):
        launched = bool(launches) and launches[0] < index
        if gate.opens and not launched:
            yield Broken(
                ("gates", index, "opens"),
                "opens is counted from a launch at an earlier gate",
                "mark an earlier gate with launch: true, or leave opens out",
            )
        for path, criterion in _criteria(gate, index):
            if where_of(criterion).since == "launch" and not launched:
                yield Broken(
                    (*path, "where", "since"),
                    "since: launch needs a launch at an earlier gate",
                    "mark an earlier gate with launch: true, or leave since out",
                )


def _gate(gate: Gate, index: int) -> Iterable[Broken]:
    times = Counter(decision.key for decision in gate.decisions)
    if all(decision.level != "must" for decision in gate.decisions):
        yield Broken(
            ("gates", index, "decisions"),
            "every gate asks for at least one decision as must",
            "leave level out, or set it to must, on one of its decisions",
        )
    for d, decision in enumerate(gate.decisions):
        for c, criterion in enumerate(decision.criteria):
            if kind_of(criterion).traits.of_gate:
                yield Broken(
                    ("gates", index, "decisions", d, "criteria", c),
                    f"{kind_of(criterion).name} are of the whole gate",
                    "put it among the gate's own criteria",
                )
        path: Path = ("gates", index, "decisions", d)
        if times[decision.key] > 1:
            yield Broken((*path, "key"), "a gate asks for a decision once", "join the two into one")
        if decision.level == "must" and not any(map(_is_floor, decision.criteria)):
            yield Broken(
                (*path, "criteria"),
                "every must decision has a must criterion of at least one conversation that cannot be waived",
                "add: {at_least: 1, of: conversations, waivable: false}",
            )


def _is_floor(criterion: Criterion) -> bool:
    return (
        isinstance(criterion, AtLeast)
        and criterion.level == "must"
        and not criterion.waivable
        and criterion.of == "conversations"
        and set(criterion.where.stance or ("supports",)) == {"supports"}
    )


def decision_keys(process: Process) -> dict[str, AskedDecision]:
    """The keys of the decisions that some gate asks for, in the order in which they are first asked for."""
    asked: dict[str, AskedDecision] = {}
    for gate in process.gates:
        for decision in gate.decisions:
            asked.setdefault(decision.key, decision)
    return asked
