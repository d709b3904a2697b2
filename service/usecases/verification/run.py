"""One verification under way."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection

from service.store.sql.engine import Database
from service.usecases.verification.findings import Findings

Progress = Callable[[str], None]
"""Told how far verifying is, in a line."""


class Run(NamedTuple):
    """One run of verification: the database, its findings, and who is told how far it is."""

    db: Database
    connection: Connection
    findings: Findings
    progress: Progress
