"""References of a conversation, looked up in one statement: its customer, colleagues and themes, and which of
its ids in other systems are taken."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from service.store.nouns.customers import customers
from service.store.nouns.people import people
from service.store.nouns.themes import themes
from service.store.sql.prepared import Prepared, numbered, numbers
from service.store.words.blind_index import marked_ids


class CurrentCustomer(NamedTuple):
    """A customer as it stands."""

    portfolio: str
    segment: str
    relationship: str


class Colleague(NamedTuple):
    """Somebody as they stand."""

    function: str
    leader: bool


class Mentions(NamedTuple):
    """The people, themes and ids that a conversation mentions, as far as they exist. `colleagues`:
    the participants' names that are a colleague's key, in lower case; `themes`: ids by mark;
    `taken`: marks of ids elsewhere that are not free."""

    customer: CurrentCustomer | None
    people: Mapping[str, Colleague]
    colleagues: Collection[str]
    themes: Mapping[str, str]
    taken: Collection[str]


class _Row(NamedTuple):
    what: str
    key: str
    a: str
    b: str
    c: str


def find(
    connection: sa.Connection,
    portfolio: str,
    customer: str,
    attendees: Sequence[str],
    names: Sequence[str],
    marks: Sequence[str],
    elsewhere: Sequence[str],
) -> Mentions:
    """Attendees by key, customers too; participants by name; by their marks themes of the portfolio, and
    conversations of it that have an id elsewhere."""
    keys, lowered = sorted(set(attendees)), sorted({name.lower() for name in names})
    asked = _ask(len(keys), len(lowered), len(marks), len(elsewhere))
    listed = numbered([*keys, *lowered, *marks, *elsewhere])
    rows: list[_Row] = asked.all(connection, portfolio=portfolio, customer=customer, **listed)
    found_customers = [CurrentCustomer(row.a, row.b, row.c) for row in rows if row.what == "customer"]
    return Mentions(
        found_customers[0] if found_customers else None,
        {row.key: Colleague(row.a, bool(row.b)) for row in rows if row.what == "person"},
        {row.key.lower() for row in rows if row.what == "name"},
        {row.key: row.a for row in rows if row.what == "theme"},
        {row.key for row in rows if row.what == "elsewhere"},
    )


@lru_cache(maxsize=256)
def _ask(keys: int, names: int, marks: int, elsewhere: int) -> Prepared:
    listed = numbers(keys + names + marks + elsewhere)
    leads = sa.case((people.c.leader, "leads"), else_="")
    is_customer = customers.c.key == sa.bindparam("customer")
    each = [
        _rows("customer", customers.c.key, *(customers.c[name] for name in CurrentCustomer._fields)).where(
            is_customer
        )
    ]
    if keys:
        matching = people.c.key.in_(listed[:keys])
        each.append(_rows("person", people.c.key, people.c.function, leads).where(matching))
    if names:
        matching = sa.func.lower(people.c.key).in_(listed[keys : keys + names])
        each.append(_rows("name", people.c.key).where(matching))
    if marks:
        of_portfolio = themes.c.portfolio == sa.bindparam("portfolio")
        marked = themes.c.mark.in_(listed[keys + names : keys + names + marks])
        each.append(_rows("theme", themes.c.mark, themes.c.id).where(of_portfolio, marked))
    if elsewhere:
        of_portfolio = marked_ids.c.portfolio == sa.bindparam("portfolio")
        marked = marked_ids.c.mark.in_(listed[keys + names + marks :])
        each.append(_rows("elsewhere", marked_ids.c.mark).where(of_portfolio, marked))
    return Prepared(sa.union_all(*each), _Row)


def _rows(what: str, *columns: Any) -> sa.Select[Any]:
    labelled = [sa.literal_column(f"'{what}'", sa.Text), *columns]
    labelled += [sa.null().cast(sa.Text)] * (len(_Row._fields) - len(labelled))
    return sa.select(*(each.label(name) for name, each in zip(_Row._fields, labelled, strict=True)))
