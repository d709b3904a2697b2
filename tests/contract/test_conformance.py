"""Requests that nobody would think of, made up from the contract: answered as the contract says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.client import Client
from tests.conftest import KEYRING, TOKEN, FixedClock
from tests.contract.operations import operations
from tests.contract.story import tell

CHECKS = (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}
# Some addresses of webhooks that are made up have names.
pytestmark = pytest.mark.usefixtures("unknown_names")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Callable[[str], Path]) -> Iterator[Any]:
    """The contract of a service in which everything was written once."""
    path = tmp_path_factory.mktemp("conformance") / "gateproof.db"
    copyfile(sqlite_template("prepared"), path)
    app = create_app(Database(f"sqlite:///{path}", KEYRING), FixedClock())
    with Client(app, headers=AUTHORISED) as client:
        list(tell(client))
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("name", [operation.id for operation in operations()])
def test_every_answer_is_one_that_the_contract_knows(served: Any, name: str) -> None:
    operation = served.find_operation_by_id(name)

    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    @settings(
        max_examples=20, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
    )
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=AUTHORISED, checks=CHECKS)

    check()
