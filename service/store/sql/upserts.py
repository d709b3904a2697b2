"""Inserts that meet a row of the same key, in the words that both databases know."""

from typing import Any

import sqlalchemy as sa

from service.store.sql.prepared import Prepared


def insert_if_absent(table: sa.Table) -> Prepared:
    """Enters a row, all its columns; nothing where it would be the second of a key."""
    return _insert(table, "DO NOTHING")


def upsert(table: sa.Table, where: str, *params: sa.BindParameter[Any]) -> Prepared:
    """Enters a row, all its columns. One that has its primary key is overwritten where this is so of the
    table's row, of `excluded`, which is the new one, and of these parameters; else nothing is written."""
    key = ", ".join(column.name for column in table.primary_key)
    others = ", ".join(f"{each.name} = excluded.{each.name}" for each in table.c if not each.primary_key)
    return _insert(table, f"({key}) DO UPDATE SET {others} WHERE {where}", *params)


def _insert(table: sa.Table, on_conflict: str, *params: sa.BindParameter[Any]) -> Prepared:
    columns = [sa.bindparam(each.name, type_=each.type) for each in table.c]
    names, values = ", ".join(table.c.keys()), ", ".join(f":{each.key}" for each in columns)
    sql = f"INSERT INTO {table.name} ({names}) VALUES ({values}) ON CONFLICT {on_conflict}"  # noqa: S608
    return Prepared(sa.text(sql).bindparams(*columns, *params))
