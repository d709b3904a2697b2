"""What is asked of a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from service.store.engine import Database
from service.store.prepared import Prepared

Statement = tuple[str, Any]


@contextmanager
def watched(db: Database) -> Iterator[list[Statement]]:
    """Every statement that is sent meanwhile, with its parameters; prepared ones too."""
    seen: list[Statement] = []

    def note(*sent: Any) -> None:
        seen.append((sent[2], sent[3]))

    def first(self: Prepared, connection: Connection, **said: str) -> Any:
        return connection.execute(self.statement, said).first()

    event.listen(db.engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "first", first)
        yield seen
    event.remove(db.engine, "before_cursor_execute", note)
