"""gateproof openapi and process-schema: the documents that are generated."""

import typer


def openapi() -> None:
    """Print the contract as YAML."""
    from service.commands import documents

    raise typer.Exit(documents.openapi())


def process_schema() -> None:
    """Print the JSON Schema of a process, for your editor."""
    from service.commands import documents

    raise typer.Exit(documents.process_schema_document())
