"""gateproof openapi and process-schema: documents that are generated, and need no database."""

import typer


def openapi() -> None:
    """Print the contract as YAML."""
    from service.api.app import create_api
    from service.api.contract.openapi import as_yaml, contract
    from service.clock import now
    from service.store.sql.engine import Database
    from service.store.sql.keyring import KEY_BYTES, Keyring

    unopened = Database("sqlite://", Keyring([bytes(KEY_BYTES)]))
    typer.echo(as_yaml(contract(create_api(unopened, now))), nl=False)


def process_schema() -> None:
    """Print the JSON Schema of a process, for your editor."""
    import json

    from service.api.routes import processes

    typer.echo(json.dumps(processes.process_schema(), indent=2))
