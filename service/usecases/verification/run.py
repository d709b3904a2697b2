"""One verification under way."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Connection

from service.store.sql.engine import Database
from service.usecases.verification.findings import Findings

Progress = Callable[[str], None]
"""Takes lines that say how far verification is."""


class Run(NamedTuple):
    """One run of verification: the database, its findings, and where its progress goes."""

    db: Database
    connection: Connection
    findings: Findings
    progress: Progress
