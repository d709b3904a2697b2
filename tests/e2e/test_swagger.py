"""An admin at work on /docs, by clicking, in a real Chromium."""

import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from service.api.contract.swagger_page import CSP
from tests.e2e.serving import Served, demo

pytestmark = pytest.mark.browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000
HEAR_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""
# Chromium's own line for any answer of 400 or more: refusing is what this service does.
REFUSALS = "Failed to load resource: the server responded with a status of 4"


class Admin:
    """Somebody before the page."""

    def __init__(self, page: Page, served: Served) -> None:
        self.page, self.served = page, served
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.add_init_script(HEAR_VIOLATIONS)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(REFUSALS):
            self.complaints.append(message.text)

    def visit(self, address: str) -> dict[str, str]:
        """Open the page there; the answer's headers."""
        answer = self.page.goto(address)
        assert answer is not None
        expect(self.page.locator("#operations-Service-readyz")).to_be_visible()
        return answer.headers

    def authorise(self) -> None:
        self.page.locator(".auth-wrapper").get_by_role("button", name="Authorize").click()
        dialog = self.page.locator(".modal-ux")
        dialog.get_by_role("textbox").fill(self.served.token)
        dialog.get_by_role("button", name="Apply credentials").click()
        dialog.get_by_role("button", name="Close").first.click()
        expect(dialog).to_have_count(0)

    def form(self, tag: str, operation: str) -> Locator:
        """The operation, opened."""
        block = self.page.locator(f"#operations-{tag}-{operation}")
        if not block.locator(".opblock-body").count():
            block.locator(".opblock-summary-control").click()
        return block

    def execute(self, block: Locator) -> tuple[int, Any]:
        """Press Execute and read the answer off the page."""
        block.get_by_role("button", name="Execute").click()
        answer = block.locator(".live-responses-table tbody tr.response")
        status = int(answer.locator("td.response-col_status").inner_text().split()[0])
        body = answer.locator(".response-col_description .highlight-code code").first
        return status, json.loads(body.inner_text())

    def click(self, tag: str, operation: str, concept: str | None = None) -> tuple[int, Any]:
        """Execute it as it stands, but for the concept if one is picked."""
        block = self.form(tag, operation)
        if concept is not None:
            row = block.locator('tr[data-param-name="concept"]')
            row.get_by_role("combobox").select_option(concept)
            expect(row.get_by_role("textbox")).to_have_value(concept)
        return self.execute(block)

    def saw_nothing_wrong(self) -> None:
        assert self.complaints == []
        assert self.page.evaluate("window.violations") == []
        assert [url for url in self.requests if not url.startswith(f"{self.served.address}/")] == []


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if CHROMIUM is None:
        say = pytest.fail if os.environ.get("GATEPROOF_REQUIRE_CHROMIUM") else pytest.skip
        say("no Chromium here")
    with demo(tmp_path_factory.mktemp("demo")) as started:
        yield started


@pytest.fixture(scope="module")
def chromium(served: Served) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()


@pytest.fixture
def admin(chromium: Browser, served: Served) -> Iterator[Admin]:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    yield Admin(context.new_page(), served)
    context.close()


def test_an_admin_creates_a_concept_sees_its_readiness_and_is_refused_the_advance(admin: Admin) -> None:
    headers = admin.visit(f"{admin.served.address}/docs")
    assert headers["content-security-policy"] == CSP
    assert "unsafe" not in CSP
    assert "default-src 'none'" in CSP

    assert admin.click("Portfolios", "list_portfolios")[0] == 401
    admin.authorise()
    assert admin.click("Portfolios", "create_portfolio")[0] == 201
    assert admin.click("People", "create_person")[0] == 201
    status, concept = admin.click("Concepts", "create_concept")
    assert (status, concept["key"], concept["next_gate"]) == (201, "tariff-radar", "G1")

    status, verdict = admin.click("Readiness", "get_readiness", "tariff-radar")
    assert (status, verdict["concept"], verdict["verdict"]) == (200, "tariff-radar", "blocked")
    status, problem = admin.click("Reviews", "decide", "tariff-radar")
    assert (status, problem["type"]) == (409, "/problems/gate-not-ready")
    assert problem["readiness"]["blocking"] == verdict["blocking"] != []
    status, reviews = admin.click("Reviews", "list_reviews", "tariff-radar")
    assert (status, [review["accepted"] for review in reviews["items"]]) == (200, [False])

    admin.saw_nothing_wrong()


def test_a_verdict_links_to_the_operation_that_gives_it(admin: Admin) -> None:
    admin.visit(f"{admin.served.address}/docs")
    admin.authorise()
    link = admin.click("Readiness", "get_readiness")[1]["html_url"]

    admin.page.goto("about:blank")
    admin.visit(link)
    _is_open_before(admin, "Readiness-get_readiness")
    admin.saw_nothing_wrong()


def test_the_introduction_leads_to_operations_in_the_same_tab(admin: Admin) -> None:
    admin.visit(f"{admin.served.address}/docs")
    admin.page.get_by_role("link", name="trying to pass it all the same").click()
    _is_open_before(admin, "Reviews-decide")
    assert len(admin.page.context.pages) == 1
    admin.saw_nothing_wrong()


def _is_open_before(admin: Admin, name: str) -> None:
    block = admin.page.locator(f"#operations-{name}")
    expect(block.locator(".opblock-summary")).to_be_in_viewport()
    expect(block.get_by_role("button", name="Execute")).to_be_visible()
