"""The floors: what the parts cost that any such service is made of. `python -m benchmarks.floors KIND FOLDER`

U: uvicorn and fixed bytes. F: FastAPI and a document of the readiness document's size. P: FastAPI and a row
found by its primary key. V: FastAPI and a conversation that is parsed and checked, no more.
"""

import os
import sys
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, insert, select

from schemas.conversation import Conversation, ConversationIn
from schemas.readiness import Readiness

ROWS, WANTED = 10_000, 5_000
BODY = b"{}"
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"2")]


class Row(BaseModel):
    """A row of three columns."""

    id: str
    key: str
    revision: int


async def bare(_scope: Any, _receive: Any, send: Any) -> None:
    """U: as little as a server can do for a request."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def document(folder: Path) -> FastAPI:
    """F: a document that the service answered, read back once, written out for each request."""
    app = FastAPI()
    readiness = Readiness.model_validate_json((folder / "readiness.json").read_bytes())

    @app.get("/")
    async def get_readiness() -> Readiness:
        return readiness

    return app


def row(folder: Path) -> FastAPI:
    """P: through SQLAlchemy Core, on SQLite, in the event loop: nothing is faster there."""
    app = FastAPI()
    engine = create_engine(f"sqlite:///{folder / 'floor.db'}")
    metadata = MetaData()
    columns = Column("id", Text, primary_key=True), Column("key", Text), Column("revision", Integer)
    rows = Table("concepts", metadata, *columns)
    metadata.create_all(engine)
    with engine.begin() as tx:
        tx.execute(insert(rows), [{"id": f"cpt_{n}", "key": f"c-{n}", "revision": n} for n in range(ROWS)])

    @app.get("/")
    async def get_row() -> Row:
        with engine.connect() as connection:
            query = select(rows.c.id, rows.c.key, rows.c.revision).where(rows.c.id == f"cpt_{WANTED}")
            row = connection.execute(query).one()
        return Row(id=row.id, key=row.key, revision=row.revision)

    return app


def validation(folder: Path) -> FastAPI:
    """V: the same conversation is parsed and checked; one that the service answered is written out."""
    app = FastAPI()
    conversation = Conversation.model_validate_json((folder / "conversation.json").read_bytes())

    @app.post("/v1/conversations", status_code=201)
    async def validate_only(body: ConversationIn) -> Conversation:  # noqa: ARG001 - parsing it is the point
        return conversation

    return app


KINDS: dict[str, Any] = {"U": lambda _: bare, "F": document, "P": row, "V": validation}

if __name__ == "__main__":
    kind, folder = sys.argv[1:]
    uvicorn.run(
        KINDS[kind](Path(folder)),
        port=int(os.environ["GATEPROOF_PORT"]),
        access_log=False,
        log_level="warning",
        lifespan="off" if kind == "U" else "on",
    )
