"""What in one contract would break a client that was written for another: pure, and in sentences.

A request that was in order has to stay in order, and an answer has to have all that it had, as it was. Values
may be added to enumerations of answers, and fields, statuses and operations to anything.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.compatibility.breaking_schemas import Break, Documents, schema_breaks

Contract = dict[str, Any]


class Named(NamedTuple):
    """One operation, in both contracts."""

    where: str
    was: Contract
    now: Contract


def breaks(old: Contract, new: Contract) -> list[Break]:
    """Each of them once, in the order of the old contract."""
    both = Documents(old, new, set())
    every_break = [*_of_operations(both), *_of_messages(both)]
    return list(dict.fromkeys(every_break))


def _of_operations(both: Documents) -> Iterator[Break]:
    for path, methods in both.old["paths"].items():
        for method, was in methods.items():
            where = f"{method.upper()} {path}"
            now = both.new["paths"].get(path, {}).get(method)
            if now is None:
                yield Break(where, "is gone")
                continue
            operation = Named(where, was, now)
            yield from _of_name_and_roles(operation)
            yield from _of_parameters(operation, both)
            yield from _of_body(operation, both)
            yield from _of_answers(operation, both)


def _of_messages(both: Documents) -> Iterator[Break]:
    """Messages go the other way: the service sends them."""
    for type, methods in both.old.get("webhooks", {}).items():
        where = f"message {type}"
        if type not in both.new.get("webhooks", {}):
            yield Break(where, "is gone")
            continue
        was, now = methods["post"], both.new["webhooks"][type]["post"]
        for place, name in sorted(_parameters(was).keys() - _parameters(now).keys()):
            yield Break(where, f"the {place} `{name}` is not there any more")
        yield from _of_contents(where, was["requestBody"], now["requestBody"], both, by_client=False)


def _of_name_and_roles(operation: Named) -> Iterator[Break]:
    where, was, now = operation
    if was["operationId"] != now["operationId"]:
        yield Break(where, f"is called `{now['operationId']}` now, `{was['operationId']}` before")
    if not was.get("security") and now.get("security"):
        yield Break(where, "needs a token now")
    elif was.get("security") and now.get("security"):
        for role in sorted(_roles(was) - _roles(now)):
            yield Break(where, f"`{role}` may not call it any more")


def _of_parameters(operation: Named, both: Documents) -> Iterator[Break]:
    where, was, now = operation[0], _parameters(operation.was), _parameters(operation.now)
    for place, name in sorted(was.keys() - now.keys()):
        yield Break(where, f"the {place} parameter `{name}` is not taken any more")
    for (place, name), parameter in now.items():
        before = was.get((place, name), {"required": False})
        if parameter.get("required") and not before.get("required"):
            yield Break(where, f"the {place} parameter `{name}` is needed now")
        if "schema" in before:
            at = f"{where} {name}"
            yield from schema_breaks(at, before["schema"], parameter["schema"], both, by_client=True)


def _of_body(operation: Named, both: Documents) -> Iterator[Break]:
    where, was, now = operation[0], operation.was.get("requestBody"), operation.now.get("requestBody")
    if now is not None and now.get("required") and not (was or {}).get("required"):
        yield Break(where, "a body is needed now")
    if was is not None and now is None:
        yield Break(where, "a body is not taken any more")
    if was is not None and now is not None:
        yield from _of_contents(where, was, now, both, by_client=True)


def _of_answers(operation: Named, both: Documents) -> Iterator[Break]:
    where, answers = operation[0], operation.now["responses"]
    for status, was in operation.was["responses"].items():
        if status not in answers:
            yield Break(where, f"{status} is not answered any more")
            continue
        before, after = both.followed(was, both.old), both.followed(answers[status], both.new)
        yield from _of_contents(f"{where} {status}", before, after, both, by_client=False)


def _of_contents(
    where: str, was: Contract, now: Contract, both: Documents, *, by_client: bool
) -> Iterator[Break]:
    for kind, before in was.get("content", {}).items():
        after = now.get("content", {}).get(kind)
        if after is None:
            yield Break(where, f"{kind} is not {'taken' if by_client else 'answered'} any more")
        else:
            was_schema, now_schema = before.get("schema", {}), after.get("schema", {})
            yield from schema_breaks(where, was_schema, now_schema, both, by_client=by_client)


def _parameters(operation: Contract) -> dict[tuple[str, str], Contract]:
    return {(each["in"], each["name"]): each for each in operation.get("parameters", ())}


def _roles(operation: Contract) -> set[str]:
    return {role for way in operation["security"] for roles in way.values() for role in roles}
