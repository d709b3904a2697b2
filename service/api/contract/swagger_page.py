"""The Swagger page: its files come from a package, its own script is a file, nothing is inline."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

SWAGGER_FILES = Path(str(files("fastapi_offline"))) / "static"
OUR_FILES = Path(str(files("service"))) / "api" / "pages"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class CachedStaticFiles(StaticFiles):
    """Static files that a browser may cache: it asks for the icon at every click.

    `path`: the route under which metrics and log lines count requests for them.
    """

    def __init__(self, path: str, directory: Path) -> None:
        super().__init__(directory=directory)
        self.path = path

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.setdefault("Cache-Control", "public, max-age=600")
        return response


def install(app: FastAPI) -> None:
    """Serves the page, its files and the contract. None of them needs a token."""
    page = (OUR_FILES / "docs.html").read_text()
    for path, folder, name in (
        ("/docs/files", SWAGGER_FILES, "swagger files"),
        ("/docs/own", OUR_FILES, "our files"),
    ):
        app.mount(path, CachedStaticFiles(path, folder), name=name)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": CSP})

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi_json(request: Request) -> Response:
        document = orjson.dumps(request.app.openapi())
        return Response(document, media_type="application/json")

    @app.get("/", include_in_schema=False)
    async def root() -> Response:
        return Response(status_code=307, headers={"Location": "/docs"})
