"""The applications to measure against: the least that FastAPI does for the same documents."""

from pathlib import Path

from fastapi import FastAPI

from schemas.conversation import Conversation, ConversationIn
from schemas.readiness import Readiness


def floors(folder: Path) -> FastAPI:
    """No token, no database: documents that were answered by the service, read back once."""
    app = FastAPI(title="Floors")
    readiness = Readiness.model_validate_json((folder / "readiness.json").read_bytes())
    conversation = Conversation.model_validate_json((folder / "conversation.json").read_bytes())

    @app.get("/readiness")
    async def get_readiness() -> Readiness:
        return readiness

    @app.post("/conversations", status_code=201)
    async def validate_only(body: ConversationIn) -> Conversation:  # noqa: ARG001 - parsing it is the point
        return conversation

    return app


if __name__ == "__main__":
    import os
    import sys

    import uvicorn

    app = floors(Path(sys.argv[1]))
    app.get("/livez")(lambda: "alive")
    uvicorn.run(app, port=int(os.environ["GATEPROOF_PORT"]), access_log=False, log_level="warning")
