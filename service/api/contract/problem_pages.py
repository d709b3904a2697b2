"""The pages that a problem's `type` links to: each says what it means and what to do."""

from html import escape
from string import Template

from fastapi import FastAPI
from starlette.responses import HTMLResponse

from schemas.problem import PROBLEMS
from service.api.contract.swagger_page import OUR_FILES
from service.usecases.errors import not_found

CSP = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


def install(app: FastAPI) -> None:
    """Serves a page for every kind of problem. No token is needed."""
    template = Template((OUR_FILES / "problem.html").read_text())
    pages = {
        kind: template.substitute(kind=kind, status=status, title=escape(title), remedy=escape(remedy))
        for kind, (status, title, remedy) in PROBLEMS.items()
    }

    @app.get("/problems/{kind}", include_in_schema=False)
    async def problem_page(kind: str) -> HTMLResponse:
        if kind not in pages:
            raise not_found("problem")
        return HTMLResponse(pages[kind], headers={"Content-Security-Policy": CSP})
