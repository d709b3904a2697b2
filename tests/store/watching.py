"""What is asked of a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from service.store.sql import prepared
from service.store.sql.engine import Database

Statement = tuple[str, Any]


@contextmanager
def watched(db: Database) -> Iterator[list[Statement]]:
    """Every statement that is sent meanwhile, with its parameters; prepared ones too."""
    seen: list[Statement] = []

    def note(*sent: Any) -> None:
        seen.append((sent[2], sent[3]))

    bind = prepared.bound

    def bound(compiled: Any, value: Any) -> Any:
        values = bind(compiled, value)
        seen.append((compiled.sql, tuple(values) if isinstance(values, list) else values))
        return values

    event.listen(db.engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "bound", bound)
        yield seen
    event.remove(db.engine, "before_cursor_execute", note)
