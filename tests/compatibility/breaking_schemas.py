"""What in one schema would break a client that was written for another.

What clients send may become wider and never narrower; what the service sends may become narrower and never
wider, but for new values of an enumeration.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]
AT_MOST = ("maxLength", "maxItems", "maximum", "exclusiveMaximum")
AT_LEAST = ("minLength", "minItems", "minimum", "exclusiveMinimum")
ANYTHING = "anything"


class Break(NamedTuple):
    """Where, and what became of it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Documents(NamedTuple):
    """Both contracts, and the pairs of named schemas that were compared already, each way."""

    old: Schema
    new: Schema
    seen: set[tuple[str, str, bool]]

    @staticmethod
    def followed(schema: Schema, document: Schema) -> Schema:
        """What it refers to, if it is a reference."""
        if "$ref" not in schema:
            return schema
        _, _, room, name = schema["$ref"].split("/")
        target: Schema = document["components"][room][name]
        return target


def schema_breaks(
    where: str, was: Schema, now: Schema, both: Documents, *, by_client: bool
) -> Iterator[Break]:
    """`by_client`: clients send it; else the service does."""
    befores, afters = list(_choices(was)), list(_choices(now))
    if len(befores) == len(afters) == 1:
        yield from _of_one(where, befores[0], afters[0], both, by_client=by_client)
        return
    needy, offered = (befores, afters) if by_client else (afters, befores)
    for each in needy:
        alike = [one for one in offered if _kind(one) == _kind(each)]
        pairs = [(each, one) if by_client else (one, each) for one in alike]
        if len(pairs) == 1:
            yield from _of_one(where, *pairs[0], both, by_client=by_client)
        elif pairs:
            tried = [
                list(_of_one(where, *pair, both._replace(seen=set(both.seen)), by_client=by_client))
                for pair in pairs
            ]
            yield from min(tried, key=len)
        elif not any(_kind(one) == ANYTHING for one in offered):
            text = f"`{_kind(each)}`"
            yield Break(where, f"{text} is not taken any more" if by_client else f"it may be {text} now")


def _of_one(where: str, was: Schema, now: Schema, both: Documents, *, by_client: bool) -> Iterator[Break]:
    if "$ref" in was and "$ref" in now:
        pair = (was["$ref"], now["$ref"], by_client)
        if pair in both.seen:
            return
        both.seen.add(pair)
        where = f"{was['$ref'].rpartition('/')[2]} {'in requests' if by_client else 'in answers'}"
    if "$ref" in was or "$ref" in now:
        before, after = both.followed(was, both.old), both.followed(now, both.new)
        yield from schema_breaks(where, before, after, both, by_client=by_client)
        return
    before, after = _kind(was), _kind(now)
    wider, narrower = (after, before) if by_client else (before, after)
    if wider not in (narrower, ANYTHING) and (narrower, wider) != ("integer", "number"):
        yield Break(where, f"is `{after}` now, `{before}` before")
        return
    yield from _of_values(where, was, now, by_client=by_client)
    if by_client:
        yield from _of_limits(where, was, now)
    if before == after == "object":
        yield from _of_fields(where, was, now, both, by_client=by_client)
        yield from _of_other_fields(where, was, now, both, by_client=by_client)
    elif before == after == "array":
        items = was.get("items", {}), now.get("items", {})
        yield from schema_breaks(f"{where}[]", *items, both, by_client=by_client)


def _of_values(where: str, was: Schema, now: Schema, *, by_client: bool) -> Iterator[Break]:
    before, after = _values(was), _values(now)
    if by_client and after is not None:
        gone = (
            ["other values"] if before is None else [f"`{value}`" for value in before if value not in after]
        )
        for value in gone:
            yield Break(where, f"{value} {'are' if before is None else 'is'} not taken any more")
    if not by_client and before is not None and after is None:
        yield Break(where, f"any `{_kind(now)}` may come now, one of {len(before)} values before")
    strict, other = (now, was) if by_client else (was, now)
    if "format" in strict and strict["format"] != other.get("format"):
        yield Break(where, f"its format is {now.get('format', 'any')} now, {was.get('format', 'any')} before")


def _of_limits(where: str, was: Schema, now: Schema) -> Iterator[Break]:
    for limit in AT_MOST:
        if limit in now and now[limit] < was.get(limit, float("inf")):
            yield Break(where, f"{limit} is {now[limit]} now, {was.get(limit, 'none')} before")
    for limit in AT_LEAST:
        if limit in now and now[limit] > was.get(limit, float("-inf")):
            yield Break(where, f"{limit} is {now[limit]} now, {was.get(limit, 'none')} before")
    if "pattern" in now and now["pattern"] != was.get("pattern"):
        yield Break(where, f"its pattern is {now['pattern']} now, {was.get('pattern', 'none')} before")


def _of_fields(where: str, was: Schema, now: Schema, both: Documents, *, by_client: bool) -> Iterator[Break]:
    before, after = was.get("properties", {}), now.get("properties", {})
    needed_before, needed_now = set(was.get("required", ())), set(now.get("required", ()))
    for name in before:
        if name in after:
            at = f"{where}, {name}"
            yield from schema_breaks(at, before[name], after[name], both, by_client=by_client)
        elif not by_client:
            yield Break(where, f"the field `{name}` is not there any more")
        elif now.get("additionalProperties") is False:
            yield Break(where, f"the field `{name}` is not taken any more")
    if by_client:
        for name in sorted(needed_now - needed_before):
            yield Break(where, f"the field `{name}` is needed now")
    else:
        for name in sorted((needed_before - needed_now) & set(after)):
            yield Break(where, f"the field `{name}` may be missing now")


def _of_other_fields(
    where: str, was: Schema, now: Schema, both: Documents, *, by_client: bool
) -> Iterator[Break]:
    """The values of an object whose fields have names that the schema does not know."""
    before, after = was.get("additionalProperties", True), now.get("additionalProperties", True)
    if by_client and before is not False and after is False:
        yield Break(where, "fields of other names are not taken any more")
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from schema_breaks(f"{where}, each field", before, after, both, by_client=by_client)


def _choices(schema: Schema) -> Iterator[Schema]:
    """What it may be: each choice alone."""
    chosen = schema.get("anyOf") or schema.get("oneOf")
    if chosen:
        for each in chosen:
            yield from _choices(each)
    elif isinstance(schema.get("type"), list):
        for each in schema["type"]:
            yield schema | {"type": each}
    else:
        yield schema


def _kind(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    return str(schema.get("type", ANYTHING))


def _values(schema: Schema) -> list[Any] | None:
    values: list[Any] | None = [schema["const"]] if "const" in schema else schema.get("enum")
    return values
