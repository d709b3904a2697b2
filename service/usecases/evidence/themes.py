"""Themes: list, enter, rename, merge; and coding of talks that were recorded before."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row

from schemas.page import Page
from schemas.theme import (
    Coding,
    CodingIn,
    MergeThemesIn,
    Theme,
    ThemeChange,
    ThemeDetail,
    ThemeIn,
    ThemeLabelIn,
)
from service.domain.criteria.filters import fold_label
from service.domain.facts.leaps import stream_of
from service.domain.record.theme import ThemeCoded, ThemeEntered, ThemesMerged
from service.store.nouns import conversations, themes
from service.store.reading import themes_merged
from service.store.sql.engine import Database
from service.usecases.errors import Refused, invalid, no_such_portfolio, not_found, require
from service.usecases.paging import PageRequest, paged_together
from service.usecases.unit_of_work import Caller, Work, require_visible, work_on, work_on_row

no_theme = partial(not_found, "theme")
TABLE = themes.themes


def list_themes(db: Database, caller: Caller, wanted: PageRequest, portfolio: str | None) -> Page[Theme]:
    """Themes in the order in which they were first voiced; those that were merged say into which."""
    query = themes.query().where(caller.within(TABLE.c.portfolio))
    if portfolio is not None:
        query = query.where(TABLE.c.portfolio == portfolio)
    with db.reading() as connection:
        return paged_together(connection, "themes", query, TABLE.c.id, wanted, partial(_shown, connection))


def get_theme(db: Database, caller: Caller, theme: str) -> ThemeDetail:
    """One theme, with what became of it."""
    with db.reading() as connection:
        row = require_visible(themes.find(connection, theme, caller.portfolios), caller, no_theme)
        [shown] = _shown(connection, [row])
        mergings = themes_merged.mergings(connection, row.portfolio)
        family = themes_merged.same_as(themes_merged.counted_as(connection, row.portfolio), [row.id])
        history = [
            ThemeChange(
                at=each.at,
                by=each.actor,
                theme=each.event.theme,
                into=each.event.into,
                reason=(each.words or {}).get("reason"),
            )
            for each in mergings
            if each.event.theme in family
        ]
        return ThemeDetail(**shown.model_dump(), history=history)


def enter_theme(db: Database, caller: Caller, body: ThemeIn) -> Theme:
    """A theme of this label: a new one, or the one that there is."""
    with work_on(db, caller, body.portfolio, no_such_portfolio) as work:
        return _show(work.tx, work.once(lambda: _enter(work, body)))


def rename_theme(db: Database, caller: Caller, theme: str, body: ThemeLabelIn) -> Theme:
    """The theme has another label from now on; the one that it had stays a synonym."""
    with work_on_row(db, caller, themes.find, theme, no_theme) as (work, row):
        return _show(work.tx, work.once(lambda: _rename(work, row, body)))


def add_synonym(db: Database, caller: Caller, theme: str, body: ThemeLabelIn) -> Theme:
    """Whoever says this label says the theme, from now on and in talks that were recorded before."""
    with work_on_row(db, caller, themes.find, theme, no_theme) as (work, row):
        return _show(work.tx, work.once(lambda: _add_synonym(work, row, body)))


def merge_themes(db: Database, caller: Caller, theme: str, body: MergeThemesIn) -> Theme:
    """Both are one from now on, in talks that were recorded before too; the past reads as it was."""
    with work_on_row(db, caller, themes.find, theme, no_theme) as (work, row):
        return _show(work.tx, work.once(lambda: _merge_into(work, row, body)))


def code_conversations(db: Database, caller: Caller, theme: str, body: CodingIn) -> Coding:
    """Says of many talks at once that they voice the theme. No talk is revised, and no vote outdated."""
    with work_on_row(db, caller, themes.find, theme, no_theme) as (work, row):
        work.once(lambda: _code(work, row, body))
        return Coding(theme=_show(work.tx, row.id), conversations=list(dict.fromkeys(body.conversations)))


def _enter(work: Work, body: ThemeIn) -> str:
    id, is_new = _of_label(work, body.portfolio, body.label)
    if is_new:
        work.record(ThemeEntered(body.portfolio), id)
    return _counted_as(work, body.portfolio, id)


def _of_label(work: Work, portfolio: str, label: str) -> tuple[str, bool]:
    """The id of the theme with this label, and whether it is new."""
    [mark] = themes.marks_of(work.tx, portfolio, [fold_label(label)]).values()
    known = themes.marked(work.tx, portfolio, mark)
    if known is not None:
        return known, False
    made = work.new_id("thm")
    themes.add(work.tx, portfolio, mark, label, work.now, made)
    return made, True


def _rename(work: Work, row: Row[Any], body: ThemeLabelIn) -> str:
    own = _counted_as(work, row.portfolio, row.id)
    id, is_new = _of_label(work, row.portfolio, body.label)
    if id == own:
        raise invalid("body.label", "is the theme's label already", "case and spacing make no other label")
    if not is_new and _counted_as(work, row.portfolio, id) != own:
        raise _taken(id)
    _record_merge(work, row.portfolio, own, id, body.reason)
    return id


def _add_synonym(work: Work, row: Row[Any], body: ThemeLabelIn) -> str:
    own = _counted_as(work, row.portfolio, row.id)
    id, _ = _of_label(work, row.portfolio, body.label)
    other = _counted_as(work, row.portfolio, id)
    if other == own:
        raise invalid("body.label", "is the theme's label or synonym already", "nothing is to be done")
    _record_merge(work, row.portfolio, other, own, body.reason)
    return own


def _merge_into(work: Work, row: Row[Any], body: MergeThemesIn) -> str:
    into = themes.find(work.tx, body.into, [row.portfolio])
    if into is None:
        raise invalid("body.into", "the portfolio has no theme with this id", "GET /v1/themes lists them")
    own = _counted_as(work, row.portfolio, row.id)
    other = _counted_as(work, row.portfolio, into.id)
    if own == other:
        raise invalid("body.into", "is the same theme already", "nothing is to be done")
    _record_merge(work, row.portfolio, own, other, body.reason)
    return other


def _record_merge(work: Work, portfolio: str, theme: str, into: str, reason: str | None) -> None:
    stored = work.store_words(reason=reason)
    work.record(ThemesMerged(theme, into, stored.commitment), stream_of(portfolio), stored.id)


def _code(work: Work, row: Row[Any], body: CodingIn) -> str:
    _require_known(work, row.portfolio, body)
    before = themes_merged.coded_themes(work.tx, row.portfolio, body.conversations)
    new = [id for id in dict.fromkeys(body.conversations) if row.id not in before.get(id, ())]
    if new:
        work.record(ThemeCoded(row.id, tuple(new)), stream_of(row.portfolio))
    return str(row.id)


def _require_known(work: Work, portfolio: str, body: CodingIn) -> None:
    rows = {each.id: each for each in conversations.of_portfolio(work.tx, portfolio, body.conversations)}
    for index, id in enumerate(body.conversations):
        field = f"body.conversations.{index}"
        if id not in rows:
            raise invalid(field, "the theme's portfolio has no such conversation", "GET /v1/conversations")
        if rows[id].erased_at is not None:
            raise invalid(field, "the conversation was erased", "leave it out")


def _counted_as(work: Work, portfolio: str, id: str) -> str:
    return themes_merged.counted_as(work.tx, portfolio).get(id, id)


def _taken(other: str) -> Refused:
    return invalid(
        "body.label",
        f"is the label of another theme, {other}",
        "merge the two: POST /v1/themes/{theme}/merge",
    )


def _show(connection: Connection, id: str) -> Theme:
    [shown] = _shown(connection, [require(themes.find(connection, id), no_theme)])
    return shown


def _shown(connection: Connection, rows: Sequence[Row[Any]]) -> list[Theme]:
    portfolios = {row.portfolio for row in rows}
    merged = {each: themes_merged.counted_as(connection, each) for each in portfolios}
    family = {row.id: themes_merged.same_as(merged[row.portfolio], [row.id]) - {row.id} for row in rows}
    labels = themes.labels_of(connection, {row.id for row in rows}.union(*family.values()))
    return [
        Theme(
            id=row.id,
            portfolio=row.portfolio,
            label=labels.get(row.id),
            synonyms=sorted(labels[id] for id in family[row.id] if id in labels)
            if row.id not in merged[row.portfolio]
            else [],
            merged_into=merged[row.portfolio].get(row.id),
        )
        for row in rows
    ]
