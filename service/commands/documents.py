"""gateproof openapi and process-schema: documents of the service that need no database."""

import json
import sys

from service.api.app import create_api
from service.api.contract.openapi import as_yaml, contract
from service.api.routes.processes import process_schema
from service.clock import now
from service.store.sql.engine import Database
from service.store.sql.keyring import KEY_BYTES, Keyring


def openapi() -> int:
    """Prints the contract as YAML."""
    unopened = Database("sqlite://", Keyring([bytes(KEY_BYTES)]))
    sys.stdout.write(as_yaml(contract(create_api(unopened, now))))
    return 0


def process_schema_document() -> int:
    """Prints the JSON Schema of a process."""
    sys.stdout.write(json.dumps(process_schema(), indent=2) + "\n")
    return 0
