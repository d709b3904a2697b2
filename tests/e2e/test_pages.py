"""The pages beside the API: no token, nothing inline, nothing from elsewhere."""

import re

import pytest
from fastapi.testclient import TestClient

from schemas.problem import PROBLEMS

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


def test_every_kind_of_problem_has_a_page_that_says_what_to_do(client: TestClient) -> None:
    del client.headers["Authorization"]
    for kind, (status, title, remedy) in PROBLEMS.items():
        answer = client.get(f"/problems/{kind}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert f"<h1>{title}</h1>" in answer.text
        assert f"HTTP {status}" in answer.text
        assert remedy.replace("'", "&#x27;") in answer.text


def test_a_problem_that_is_not_known_is_one_itself(client: TestClient) -> None:
    answer = client.get("/problems/nothing-of-the-kind")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")
    assert client.post("/problems/busy").headers["Allow"] == "GET"


def test_a_problem_leads_to_its_page(client: TestClient) -> None:
    problem = client.get("/v1/concepts/nothing").json()
    assert client.get(problem["type"]).status_code == 200


@pytest.mark.parametrize("address", ["/docs", "/problems/busy"])
def test_a_page_asks_for_nothing_that_is_not_here(client: TestClient, address: str) -> None:
    page = client.get(address)
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<style|<script(?! src=)| style=| on\w+=|//", page.text.replace("<!doctype", ""))
    for asked in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        answer = client.get(asked)
        assert answer.status_code == 200, asked
        assert answer.headers["cache-control"] in ("public, max-age=600", "no-store")
