"""A conversation's row says what the events of its stream say: rules read the one, verdicts the other."""

from fastapi.testclient import TestClient
from msgspec.structs import replace
from sqlalchemy import select

from service.domain.facts.model import Conversation
from service.store.nouns import concepts, conversations
from service.store.sql.engine import Database
from service.usecases.verdicts.cases import facts_now
from tests.contract.story import tell


def of_rows(db: Database) -> dict[str, Conversation]:
    with db.reading() as connection:
        ids = connection.execute(select(conversations.conversations.c.id)).scalars().all()
        rows = [conversations.find(connection, id) for id in ids]
        return {row.id: conversations.from_row(row) for row in rows if row is not None}


def of_events(db: Database) -> dict[str, Conversation]:
    """Those that concepts cite, or that their teams held."""
    folded: dict[str, Conversation] = {}
    with db.reading() as connection:
        for key in connection.execute(select(concepts.concepts.c.key)).scalars().all():
            row = concepts.find(connection, key)
            assert row is not None
            folded |= facts_now(connection, row).conversations
    # Who revised or ended it stands in events only.
    return {id: replace(each, revisers=frozenset(), ender=None) for id, each in folded.items()}


REWRITING = {"rename_theme", "merge_themes", "code_conversations", "merge_customer"}
"""What is counted as another theme or customer from then on; rows keep what was recorded."""


def _as_recorded(talk: Conversation) -> Conversation:
    return replace(talk, coded=(), themes=(), customer="")


def test_whatever_happened_to_it(client: TestClient, db: Database) -> None:
    rows, is_rewritten = {}, False
    for write, _ in tell(client):
        folded, rows = of_events(db), of_rows(db)
        is_rewritten = is_rewritten or write.operation in REWRITING
        if is_rewritten:
            folded, rows = ({id: _as_recorded(each) for id, each in some.items()} for some in (folded, rows))
        assert {id: rows[id] for id in folded} == folded, write.operation
    assert rows


def test_in_the_example(example: Database) -> None:
    folded, rows = of_events(example), of_rows(example)
    assert folded
    assert {id: rows[id] for id in folded} == folded
